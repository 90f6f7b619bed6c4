import { csv_of } from '../csv.ts';
import type { Tile } from '../dashboard.ts';
import { count_of } from '../format.ts';
import { element } from './element.ts';
import { sortable_table } from './table.ts';

/**
 * Opens the panel with the SQL and the rows behind a tile. It is gone from the page once closed.
 */
export function open_data_dialog(tile: Tile): void {
  const close = element('button', { type: 'button', class: 'button' }, 'Close');
  const dialog = element(
    'dialog',
    { class: 'data-dialog', 'aria-label': `Data of ${tile.title}` },
    element(
      'header',
      {},
      element('h2', {}, tile.title),
      element('div', { class: 'dialog-buttons' }, ...download_button(tile), close),
    ),
    element('h3', {}, 'SQL'),
    element('pre', { tabindex: 0 }, element('code', {}, tile.sql.trim())),
    ...(tile.chosen === undefined ? [] : [element('p', { class: 'chosen' }, tile.chosen)]),
    element('h3', {}, 'Rows', element('span', { class: 'count' }, rows_text(tile))),
    rows_of(tile),
  );
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  close.focus();
}

/** Says how many rows there are, and how many of them the page holds if not all. */
export function rows_text(tile: Tile): string {
  const held = tile.rows.length;
  const total = tile.total_rows ?? held;
  if (tile.truncated !== true && total <= held) return count_of(held, 'row');
  if (total <= held) return `the first ${count_of(held, 'row')}`;
  return `the first ${held.toLocaleString('en-US')} of ${count_of(total, 'row')}`;
}

function rows_of(tile: Tile): HTMLElement {
  if (tile.error !== undefined) return element('p', { class: 'message error' }, tile.error.message);
  if (tile.rows.length === 0)
    return element('p', { class: 'message' }, 'The query returned no rows.');
  return sortable_table({
    caption: `Rows of ${tile.title}`,
    columns: tile.columns,
    rows: tile.rows,
  });
}

function download_button(tile: Tile): HTMLElement[] {
  if (tile.error !== undefined) return [];
  const button = element('button', { type: 'button', class: 'button' }, 'Save as CSV');
  button.addEventListener('click', () => {
    const file = new Blob([csv_of(tile.columns, tile.rows)], { type: 'text/csv' });
    const address = URL.createObjectURL(file);
    element('a', { href: address, download: `${slug(tile.title)}.csv` }).click();
    URL.revokeObjectURL(address);
  });
  return [button];
}

/** Makes a name that fits a file or an address: `Events per hour` is `events-per-hour`. */
export function slug(title: string): string {
  const plain = title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-');
  return plain.replace(/^-+|-+$/g, '') || 'page';
}
