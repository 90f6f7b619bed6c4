import type { Column, Value } from './dashboard.ts';

/** Writes a result as CSV (RFC 4180, lines end with CRLF). NULL is an empty field, '' is `""`. */
export function csv_of(columns: readonly Column[], rows: readonly Value[][]): string {
  const lines = [columns.map((column) => field(column.name)), ...rows.map((row) => row.map(field))];
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
}

function field(value: Value): string {
  if (value === null) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
