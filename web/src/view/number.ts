import { y_columns } from '../chart/drawing.ts';
import type { Column, Tile, Value } from '../dashboard.ts';
import { format_value } from '../format.ts';
import { element } from './element.ts';

/**
 * Makes the figures of a number tile: those of the first row, one for each y. Throws ChartError.
 */
export function figures(tile: Tile): HTMLElement {
  const indices = y_or_only_column(tile);
  const several = indices.length > 1;
  const boxes = indices.map((index) => {
    const column = tile.columns[index] ?? { name: '', type: 'varchar' };
    return figure(
      column,
      tile.rows[0]?.[index] ?? null,
      several ? column.name : undefined,
      tile.chart.unit,
    );
  });
  return element('div', { class: 'figures' }, ...boxes);
}

function y_or_only_column(tile: Tile): number[] {
  return tile.chart.y === undefined && tile.columns.length === 1 ? [0] : y_columns(tile);
}

/** The columns and the one row that a number tile draws. */
export function figure_rows(tile: Tile): { columns: Column[]; rows: Value[][] } {
  const indices = y_or_only_column(tile);
  return {
    columns: indices.flatMap((index) => tile.columns[index] ?? []),
    rows: [indices.map((index) => tile.rows[0]?.[index] ?? null)],
  };
}

function figure(
  column: Column,
  value: Value,
  name: string | undefined,
  unit: string | undefined,
): HTMLElement {
  const text = format_value(value, column);
  const number = element(
    'span',
    { class: value === null ? 'figure null' : 'figure', title: String(value) },
    text,
  );
  number.style.setProperty('--characters', String(Math.max(6, text.length)));
  const parts: (Node | string)[] = [number];
  if (unit !== undefined && value !== null)
    parts.push(element('span', { class: 'figure-unit' }, unit));
  if (name !== undefined) parts.push(element('span', { class: 'figure-name' }, name));
  return element('div', { class: 'figure-box' }, ...parts);
}
