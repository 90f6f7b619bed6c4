import { holds_labels, kind_of, to_instant } from '../columns.ts';
import type { Tile } from '../dashboard.ts';
import { format_instant, format_name, format_number, format_value, kNullText } from '../format.ts';
import type { Drawing, Point, Series } from '../chart/drawing.ts';
import type { Shown } from '../chart/option.ts';
import { element } from './element.ts';
import { marker } from './marker.ts';

const kMostLines = 12;

/** What a tooltip needs to know of a series to name it. */
export interface SeriesLook {
  colour: string;
  shape: string;
}

/** Makes the box that names the values at one place of a chart, largest first. */
export function tooltip(
  tile: Tile,
  drawing: Drawing,
  shown: readonly Shown[],
  look_of: (series: Series) => SeriesLook,
): HTMLElement | string {
  const [first] = shown;
  if (first === undefined) return '';
  const sorted = [...shown].sort((a, b) => (b.point.y ?? -Infinity) - (a.point.y ?? -Infinity));
  const lines = sorted.slice(0, kMostLines).map((one) => line(tile, one, look_of(one.series)));
  const rest = sorted.length - lines.length;
  if (rest > 0) lines.push(element('div', { class: 'tooltip-rest' }, `and ${rest} more`));
  const stacked = tile.chart.type === 'stacked_bar' || tile.chart.type === 'area';
  if (stacked && shown.length > 1) lines.push(total_line(tile, shown));
  return element(
    'div',
    { class: 'tooltip' },
    element('strong', {}, x_text(tile, drawing, first)),
    ...lines,
  );
}

function line(tile: Tile, { series, point }: Shown, look: SeriesLook): HTMLElement {
  return element(
    'div',
    { class: 'tooltip-line' },
    marker(look.colour, look.shape),
    element('span', { class: 'tooltip-name' }, series.name),
    element('span', { class: 'tooltip-value' }, y_text(tile, series.column, point)),
  );
}

function total_line(tile: Tile, shown: readonly Shown[]): HTMLElement {
  const total = shown.reduce((sum, one) => sum + (one.point.y ?? 0), 0);
  return element(
    'div',
    { class: 'tooltip-line tooltip-total' },
    element('span', { class: 'tooltip-name' }, 'Total'),
    element('span', { class: 'tooltip-value' }, with_unit(format_number(total), tile.chart.unit)),
  );
}

function y_text(tile: Tile, column_index: number, point: Point): string {
  const column = tile.columns[column_index];
  const value = point.rows === undefined ? tile.rows[point.row]?.[column_index] : point.y;
  if (column === undefined || value === null || value === undefined) return kNullText;
  return with_unit(format_value(value, column), tile.chart.unit);
}

function x_text(tile: Tile, drawing: Drawing, shown: Shown): string {
  const column = tile.columns[drawing.x_column];
  const value = tile.rows[shown.point.row]?.[drawing.x_column];
  if (column === undefined) return '';
  const instant = kind_of(column.type) === 'time' ? to_instant(value) : null;
  if (instant !== null && drawing.span !== null) {
    const { grain } = drawing.span;
    return `${format_instant(instant, grain)}${grain === 'minute' || grain === 'second' ? ' UTC' : ''}`;
  }
  const text = format_name(value, column);
  const named = kind_of(column.type) === 'number' || holds_labels(column);
  return named ? `${column.name} ${text}` : text;
}

/** Writes a value with its unit, which stands before the value only if it is a currency sign. */
export function with_unit(text: string, unit: string | undefined): string {
  if (unit === undefined || unit === '') return text;
  if (/^\p{Sc}$/u.test(unit)) return `${unit}${text}`;
  return unit === '%' ? `${text}%` : `${text} ${unit}`;
}
