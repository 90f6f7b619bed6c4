import { kind_of } from '../columns.ts';
import { compare_values } from '../chart/drawing.ts';
import type { Column, Value } from '../dashboard.ts';
import { format_value } from '../format.ts';
import { element } from './element.ts';

export interface TableContent {
  caption: string;
  columns: readonly Column[];
  rows: readonly Value[][];
}

/**
 * Makes a table whose columns sort by a press on their names: numbers and times largest first,
 * text from A; a second press turns the order round, a third brings back the query's order.
 */
export function sortable_table(content: TableContent): HTMLElement {
  const body = element('tbody');
  const heads = content.columns.map((column) => head_cell(column));
  const show = (rows: readonly Value[][]): void =>
    body.replaceChildren(...rows.map((row) => body_row(content, row)));
  heads.forEach((head, index) => {
    head.querySelector('button')?.addEventListener('click', () => {
      const sign = next_sign(head.getAttribute('aria-sort'), content.columns[index]);
      for (const other of heads) other.removeAttribute('aria-sort');
      if (sign !== 0) head.setAttribute('aria-sort', sign > 0 ? 'ascending' : 'descending');
      show(sign === 0 ? content.rows : sorted(content, index, sign));
    });
  });
  show(content.rows);
  const table = element(
    'table',
    { class: 'data-table' },
    element('caption', { class: 'visually-hidden' }, content.caption),
    element('thead', {}, element('tr', {}, ...heads)),
    body,
  );
  return element(
    'div',
    { class: 'table-scroll', tabindex: 0, role: 'region', 'aria-label': content.caption },
    table,
  );
}

function head_cell(column: Column): HTMLElement {
  const kind = kind_of(column.type);
  const button = element(
    'button',
    { type: 'button', title: `${column.name}: ${column.type}` },
    column.name.replaceAll('_', ' '),
  );
  return element('th', { scope: 'col', class: kind }, button);
}

function next_sign(current: string | null, column: Column | undefined): number {
  const first = kind_of(column?.type ?? '') === 'text' ? 1 : -1;
  if (current === null) return first;
  const now = current === 'ascending' ? 1 : -1;
  return now === first ? -first : 0;
}

function sorted(content: TableContent, index: number, sign: number): Value[][] {
  const kind = kind_of(content.columns[index]?.type ?? '');
  return [...content.rows].sort((a, b) =>
    compare_values(a[index] ?? null, b[index] ?? null, kind, sign),
  );
}

function body_row(content: TableContent, row: readonly Value[]): HTMLElement {
  return element(
    'tr',
    {},
    ...content.columns.map((column, index) => body_cell(column, row[index] ?? null)),
  );
}

/** The cell keeps the value itself, as JSON, in `data-value`. */
function body_cell(column: Column, value: Value): HTMLElement {
  const text = format_value(value, column);
  const raw = JSON.stringify(value);
  if (value === null) {
    const sign = element(
      'span',
      { class: 'null', title: 'NULL: the query gave no value here' },
      text,
    );
    return element('td', { class: kind_of(column.type), 'data-value': raw }, sign);
  }
  const content = is_web_address(value)
    ? element('a', { href: String(value), target: '_blank', rel: 'noopener noreferrer' }, text)
    : text;
  const title = typeof value === 'object' ? raw : String(value);
  return element('td', { class: kind_of(column.type), 'data-value': raw, title }, content);
}

function is_web_address(value: Value): boolean {
  return typeof value === 'string' && /^https?:\/\/[^\s<>"]+$/i.test(value);
}

/** Makes the table that stands for a chart where it cannot be seen. */
export function hidden_table(content: TableContent): HTMLElement {
  const head = content.columns.map((column) => element('th', { scope: 'col' }, column.name));
  return element(
    'div',
    { class: 'visually-hidden' },
    element(
      'table',
      { 'data-drawn': true },
      element('caption', {}, content.caption),
      element('thead', {}, element('tr', {}, ...head)),
      element('tbody', {}, ...content.rows.map((row) => body_row(content, row))),
    ),
  );
}
