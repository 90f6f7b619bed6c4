/**
 * Turns a tile's rows into what a chart draws: an x axis and series of points. Nothing here knows
 * of the charting library or of the page, and each point remembers the row it came from, so the
 * tooltip, the table for screen readers and the tests all speak of the same numbers.
 */
import { holds_labels, kind_of, to_instant, to_number } from '../columns.ts';
import type { Column, Tile, Value } from '../dashboard.ts';
import {
  count_of,
  format_name,
  format_short_instant,
  grain_of,
  kNullText,
  type Span,
} from '../format.ts';
import { kMostBars, limit_series, null_notice } from './crowd.ts';

/** Bars over so few instants stand each above its own label, else along a time axis. */
const kLabelledInstants = 48;
const kMostHeatmapInstants = 2000;
/** More bars, or longer names in all, have no room side by side. */
const kMostUpright = 12;
const kMostUprightLetters = 50;

export interface Category {
  label: string;
  /** The category of rows whose value is NULL, which is not the text 'null'. */
  missing: boolean;
}

export type XAxis =
  | { kind: 'time' }
  | { kind: 'number'; plain: boolean }
  | { kind: 'category'; categories: Category[] };

export interface Point {
  /** Milliseconds since 1970, a quantity, or the index of a category, as the axis is. */
  x: number;
  /** null is a NULL: a gap in a line. */
  y: number | null;
  /** Index into the tile's rows. */
  row: number;
  /** The rows that y is the sum of, when it is no single row's. */
  rows?: number[];
}

export interface Series {
  name: string;
  missing: boolean;
  /** The sum of the series that are not drawn one by one. */
  others?: true;
  /** Index of the column that holds y. */
  column: number;
  /** Ordered by x. */
  points: Point[];
}

export interface Drawing {
  x: XAxis;
  /** Index of the column that holds x. */
  x_column: number;
  series_column: number | null;
  series: Series[];
  /** What x covers when it is time. */
  span: Span | null;
  /** Bars lie on their side, since their labels are long or many. */
  sideways: boolean;
  /** What a reader must know: rows that are not drawn, and why. */
  notices: string[];
}

/** A chart that its result cannot be drawn as. The message is for the reader of the page. */
export class ChartError extends Error {}

interface Columns {
  x: number;
  series: number | null;
  y: number[];
}

/**
 * Builds the drawing of a line, area, bar, stacked_bar, scatter or heatmap tile. Throws
 * ChartError.
 */
export function make_drawing(tile: Tile): Drawing {
  const columns = chart_columns(tile);
  const order = row_order(tile, columns);
  const scale = make_scale(tile, columns, order);
  const collected = collect_series(tile, columns, order, scale);
  const drawing: Drawing = {
    x: scale.axis,
    x_column: columns.x,
    series_column: columns.series,
    series: collected.series,
    span: scale.span,
    sideways: lies_sideways(tile, columns, scale.axis),
    notices: collected.notices,
  };
  limit_series(tile.chart.type, drawing, tile.chart.series ?? 'column');
  order_categories(tile, columns, drawing);
  if (drawing.sideways) keep_first_categories(drawing, column_at(tile, columns.x).name);
  drawing.notices.push(...null_notice(drawing));
  for (const series of drawing.series) series.points.sort((a, b) => a.x - b.x || a.row - b.row);
  return drawing;
}

/** Gives the names of the series that a tile draws side by side; none if it cannot be drawn. */
export function series_names(tile: Tile): string[] {
  if (['number', 'table', 'heatmap'].includes(tile.chart.type) || tile.error !== undefined)
    return [];
  try {
    const { series } = make_drawing(tile);
    return series.length < 2 && tile.chart.series === undefined
      ? []
      : series.filter((one) => !one.missing && !one.others).map((one) => one.name);
  } catch {
    return [];
  }
}

/** Finds a column by name. Throws ChartError that names the columns there are. */
export function column_index(tile: Tile, name: string): number {
  const index = tile.columns.findIndex((column) => column.name === name);
  if (index >= 0) return index;
  const known = tile.columns.map((column) => column.name).join(', ');
  throw new ChartError(`The result has no column '${name}'. It has: ${known}`);
}

/** Gives the names in `chart.y`, or the first numeric column that is not used otherwise. */
export function y_columns(tile: Tile): number[] {
  const { x, y, series } = tile.chart;
  if (y !== undefined) {
    return (Array.isArray(y) ? y : [y]).map((name) => column_index(tile, name));
  }
  const free = tile.columns.findIndex(
    (column) => column.name !== x && column.name !== series && kind_of(column.type) === 'number',
  );
  if (free < 0)
    throw new ChartError('The chart has no y, and the result has no numeric column left for it.');
  return [free];
}

function chart_columns(tile: Tile): Columns {
  const { x, series } = tile.chart;
  const columns = {
    x: x === undefined ? 0 : column_index(tile, x),
    series: series === undefined ? null : column_index(tile, series),
    y: y_columns(tile),
  };
  for (const index of columns.y) {
    const column = column_at(tile, index);
    if (kind_of(column.type) !== 'number') {
      throw new ChartError(`y must be a numeric column; '${column.name}' is ${column.type}`);
    }
  }
  return columns;
}

function column_at(tile: Tile, index: number): Column {
  const column = tile.columns[index];
  if (column === undefined) throw new ChartError(`The result has no column number ${index + 1}.`);
  return column;
}

// ---- order ----

interface Sort {
  column: number;
  descending: boolean;
}

function sort_of(tile: Tile, columns: Columns): Sort | null {
  const text = tile.chart.sort;
  if (text === undefined) return null;
  const descending = text.startsWith('-');
  const name = descending ? text.slice(1) : text;
  const known = tile.columns.some((column) => column.name === name);
  if (!known && name === 'x') return { column: columns.x, descending };
  if (!known && name === 'y') return { column: columns.y[0] ?? 0, descending };
  return { column: column_index(tile, name), descending };
}

function row_order(tile: Tile, columns: Columns): number[] {
  const order = tile.rows.map((_row, index) => index);
  const sort = sort_of(tile, columns);
  if (sort === null) return order;
  const sign = sort.descending ? -1 : 1;
  const value = (row: number): Value => tile.rows[row]?.[sort.column] ?? null;
  const kind = kind_of(column_at(tile, sort.column).type);
  return order.sort((a, b) => compare_values(value(a), value(b), kind, sign) || a - b);
}

const kCollator = new Intl.Collator('en', { numeric: true });

/**
 * Compares two values of a column of this kind; `sign` -1 turns the order round, NULL stays last.
 */
export function compare_values(a: Value, b: Value, kind: string, sign: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (kind === 'number') {
    const [left, right] = [to_number(a), to_number(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * (left === right ? compare_digits(String(a), String(b)) : left - right);
  }
  return sign * kCollator.compare(String(a), String(b));
}

/** Tells integers apart that are the same number once rounded to 53 bits. */
function compare_digits(a: string, b: string): number {
  if (!/^-?\d+$/.test(a) || !/^-?\d+$/.test(b)) return 0;
  const [left, right] = [BigInt(a), BigInt(b)];
  return Number(left > right) - Number(left < right);
}

/** Text made of numbers, which has an order of its own: `2015-03`, `2015-W09`, `08:00`, `18-24`. */
const kOrdinal = /^\d+([-:./ ]?[WQ]?\d+)*$/;

/**
 * Puts categories in the order a reader expects: by the whole height of a stack when sorted by y;
 * without a sort, numbers and names made of numbers by size; else as the rows come.
 */
function order_categories(tile: Tile, columns: Columns, drawing: Drawing): void {
  if (drawing.x.kind !== 'category' || drawing.span !== null) return;
  const { categories } = drawing.x;
  const sort = sort_of(tile, columns);
  const sums = drawing.x.categories.map(() => 0);
  for (const point of drawing.series.flatMap((series) => series.points)) {
    sums[point.x] = (sums[point.x] ?? 0) + (point.y ?? 0);
  }
  const indices = sums.map((_sum, index) => index);
  const sum = (index: number): number => sums[index] ?? 0;
  if (sort !== null && columns.series !== null && columns.y.includes(sort.column)) {
    indices.sort((a, b) => (sort.descending ? sum(b) - sum(a) : sum(a) - sum(b)) || a - b);
    rearrange(drawing, categories, indices);
  } else if (sort === null && has_own_order(tile, columns, categories)) {
    const label = (index: number): string => categories[index]?.label ?? '';
    const missing = (index: number): number => Number(categories[index]?.missing ?? false);
    indices.sort(
      (a, b) => missing(a) - missing(b) || kCollator.compare(label(a), label(b)) || a - b,
    );
    rearrange(drawing, categories, indices);
  }
}

function has_own_order(tile: Tile, columns: Columns, categories: readonly Category[]): boolean {
  if (kind_of(column_at(tile, columns.x).type) === 'number') return true;
  return are_ordinal(categories);
}

/** Tells whether the names are made of numbers, so that a reader knows what is between two. */
export function are_ordinal(categories: readonly Category[]): boolean {
  return categories.every((category) => category.missing || kOrdinal.test(category.label));
}

/** Moves category `indices[i]` to place i, and drops the categories that `indices` leaves out. */
function rearrange(drawing: Drawing, categories: Category[], indices: number[]): void {
  const places = new Map(indices.map((index, place) => [index, place]));
  drawing.x = {
    kind: 'category',
    categories: indices.flatMap((index) => categories[index] ?? []),
  };
  for (const series of drawing.series) {
    series.points = series.points.flatMap((point) => {
      const place = places.get(point.x);
      return place === undefined ? [] : [{ ...point, x: place }];
    });
  }
}

// ---- the x axis ----

interface Scale {
  axis: XAxis;
  span: Span | null;
  /** Gives a row's place on the axis, or null when it has none. */
  place(row: number): number | null;
}

function make_scale(tile: Tile, columns: Columns, order: readonly number[]): Scale {
  const column = column_at(tile, columns.x);
  const kind = kind_of(column.type);
  const value = (row: number): Value => tile.rows[row]?.[columns.x] ?? null;
  const type = tile.chart.type;
  if (kind === 'time') return time_scale(tile, column, order, value);
  if (kind === 'number' && (type === 'line' || type === 'area' || type === 'scatter')) {
    return {
      axis: { kind: 'number', plain: holds_labels(column) },
      span: null,
      place: (row) => to_number(value(row)),
    };
  }
  return value_categories(order, value, column);
}

function distinct_sorted(values: readonly (number | null)[]): number[] {
  return [...new Set(values.filter((value) => value !== null))].sort((a, b) => a - b);
}

function time_scale(
  tile: Tile,
  column: Column,
  order: readonly number[],
  value: (row: number) => Value,
): Scale {
  const { type } = tile.chart;
  const place = (row: number): number | null => to_instant(value(row));
  const instants = distinct_sorted(order.map(place));
  const [first] = instants;
  const last = instants.at(-1);
  if (first === undefined || last === undefined)
    return { axis: { kind: 'time' }, span: null, place };
  const lone = instants.length === 1 && column.type.toLowerCase() !== 'date';
  const span: Span = { first, last, grain: lone ? 'minute' : grain_of(instants) };
  const steps = fill_gaps(instants, type === 'heatmap' ? kMostHeatmapInstants : kLabelledInstants);
  const bars = type === 'bar' || type === 'stacked_bar';
  const labelled =
    type === 'heatmap' || instants.length === 1 || (bars && steps.length <= kLabelledInstants);
  return labelled
    ? instant_categories(steps, span, place)
    : { axis: { kind: 'time' }, span, place };
}

/** Adds the instants that regular steps would have had, if there are no more than `most` in all. */
function fill_gaps(instants: number[], most: number): number[] {
  if (instants.length < 2) return instants;
  const gaps = instants.slice(1).map((instant, index) => instant - (instants[index] ?? 0));
  const step = gaps.reduce((least, gap) => Math.min(least, gap), Infinity);
  const first = instants[0] ?? 0;
  const count = ((instants.at(-1) ?? first) - first) / step + 1;
  if (!(count <= most) || gaps.some((gap) => gap % step !== 0)) return instants;
  return Array.from({ length: count }, (_none, index) => first + index * step);
}

function instant_categories(
  instants: readonly number[],
  span: Span,
  instant_of: (row: number) => number | null,
): Scale {
  const places = new Map(instants.map((instant, index) => [instant, index]));
  return {
    axis: {
      kind: 'category',
      categories: instants.map((instant) => ({
        label: format_short_instant(instant, span),
        missing: false,
      })),
    },
    span,
    place(row) {
      const instant = instant_of(row);
      return instant === null ? null : (places.get(instant) ?? null);
    },
  };
}

function value_categories(
  order: readonly number[],
  value: (row: number) => Value,
  column: Column,
): Scale {
  const places = new Map<string, number>();
  const categories: Category[] = [];
  for (const row of order) {
    const key = JSON.stringify(value(row));
    if (places.has(key)) continue;
    places.set(key, categories.length);
    categories.push({ label: format_name(value(row), column), missing: value(row) === null });
  }
  return {
    axis: { kind: 'category', categories },
    span: null,
    place: (row) => places.get(JSON.stringify(value(row))) ?? null,
  };
}

// ---- series ----

function collect_series(
  tile: Tile,
  columns: Columns,
  order: readonly number[],
  scale: Scale,
): { series: Series[]; notices: string[] } {
  const by_key = new Map<string, Series>();
  const taken = new Set<string>();
  let without_x = 0;
  let repeated = 0;
  for (const row of order) {
    const x = scale.place(row);
    if (x === null) {
      without_x += 1;
      continue;
    }
    const group = columns.series === null ? undefined : (tile.rows[row]?.[columns.series] ?? null);
    const first_key = JSON.stringify([x, group]);
    if (tile.chart.type !== 'scatter' && taken.has(first_key)) {
      repeated += 1;
      continue;
    }
    taken.add(first_key);
    for (const column of columns.y) {
      const series = series_for(by_key, tile, columns, column, group);
      series.points.push({ x, y: to_number(tile.rows[row]?.[column]), row });
    }
  }
  const notices = [
    ...without_x_notice(tile, columns, without_x),
    ...repeated_notice(tile, columns, repeated),
  ];
  return { series: order_series(tile, columns, [...by_key.values()]), notices };
}

function series_for(
  by_key: Map<string, Series>,
  tile: Tile,
  columns: Columns,
  column: number,
  group: Value | undefined,
): Series {
  const key = JSON.stringify([column, group]);
  const known = by_key.get(key);
  if (known !== undefined) return known;
  const measure = column_at(tile, column).name;
  let name = measure;
  if (group !== undefined && columns.series !== null) {
    const text = format_name(group, column_at(tile, columns.series));
    name = columns.y.length > 1 ? `${text}, ${measure}` : text;
  }
  const series: Series = { name, missing: group === null, column, points: [] };
  by_key.set(key, series);
  return series;
}

/** Largest first, so that stacks have a broad base; rows of a heatmap keep the query's order or their own. */
function order_series(tile: Tile, columns: Columns, series: Series[]): Series[] {
  if (columns.series === null) return series;
  if (tile.chart.type === 'heatmap') {
    const kind = kind_of(column_at(tile, columns.series).type);
    const named = kind === 'text' && !series.every((one) => one.missing || kOrdinal.test(one.name));
    const first_row = (one: Series): number => Math.min(...one.points.map((point) => point.row));
    return series.sort((a, b) =>
      named ? first_row(a) - first_row(b) : kCollator.compare(a.name, b.name),
    );
  }
  const totals = new Map(series.map((one) => [one, total_of(one)]));
  return series.sort((a, b) => (totals.get(b) ?? 0) - (totals.get(a) ?? 0));
}

function total_of(series: Series): number {
  return series.points.reduce((sum, point) => sum + Math.abs(point.y ?? 0), 0);
}

function without_x_notice(tile: Tile, columns: Columns, count: number): string[] {
  if (count === 0) return [];
  const name = column_at(tile, columns.x).name;
  return [`${count_of(count, 'row')} without ${name} (${kNullText}) not drawn.`];
}

function repeated_notice(tile: Tile, columns: Columns, count: number): string[] {
  if (count === 0) return [];
  const names = [columns.x, ...(columns.series === null ? [] : [columns.series])]
    .map((index) => column_at(tile, index).name)
    .join(' and ');
  return [
    `${count_of(count, 'row')} not drawn: an earlier row has the same ${names}. Group by them in the SQL.`,
  ];
}

// ---- bars on their side ----

function lies_sideways(tile: Tile, columns: Columns, axis: XAxis): boolean {
  const { type } = tile.chart;
  if ((type !== 'bar' && type !== 'stacked_bar') || axis.kind !== 'category') return false;
  const { categories } = axis;
  if (kind_of(column_at(tile, columns.x).type) !== 'text') return false;
  if (sort_of(tile, columns) === null && has_own_order(tile, columns, categories)) return false;
  const longest = categories.reduce((most, { label }) => Math.max(most, label.length), 0);
  return categories.length > kMostUpright || longest * categories.length > kMostUprightLetters;
}

function keep_first_categories(drawing: Drawing, noun: string): void {
  if (drawing.x.kind !== 'category' || drawing.x.categories.length <= kMostBars) return;
  const count = drawing.x.categories.length;
  const kept = drawing.x.categories.slice(0, kMostBars).map((_category, index) => index);
  rearrange(drawing, drawing.x.categories, kept);
  const named = noun.replaceAll('_', ' ');
  drawing.notices.push(
    `The first ${kMostBars} of ${count.toLocaleString('en-US')} by ${named}. All are under Data.`,
  );
}
