/** Turns a drawing into the options of the charting library. */
import type {
  EChartsOption,
  SeriesOption,
  XAXisComponentOption,
  YAXisComponentOption,
} from 'echarts';
import type { ChartType } from '../dashboard.ts';
import { format_axis_number, format_number, format_span, kNullText, type Span } from '../format.ts';
import { are_ordinal, type Category, type Drawing, type Point, type Series } from './drawing.ts';
import { colour_at, ink_on_shade, symbol_at, type Look, type SeriesPlaces } from './palette.ts';

export interface Style {
  look: Look;
  places: SeriesPlaces;
  /** Width of the chart in CSS pixels: long labels get a share of it. */
  width: number;
  /** Indices of the series that the reader has switched off. */
  hidden: ReadonlySet<number>;
  /** The series to bring forward, the others fading, or null. */
  forward: number | null;
  tooltip: (points: readonly Shown[]) => HTMLElement | string;
}

/** A point under the pointer. */
export interface Shown {
  series: Series;
  point: Point;
}

const kFontSize = 12;
const kBarHeight = 22;
/** Named here and not inherited, since the library measures text before it is on the page. */
const kFontFamily =
  "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif";
const kYear = 366 * 86_400_000;
const kHeatmapRowHeight = 26;
/** With more rows, what the columns are stands above them, where reading begins. */
const kTallHeatmap = 20;
/** Markers on a line among others, to tell it by, and on a line alone, to show its points. */
const kMarkersOfMany = 12;
const kMarkersOfOne = 48;
const kFaded = 0.15;

/** The most pixels that a label takes which stands upright below its column. */
const kUprightLabel = 110;
const kLetterWidth = 6.5;

/** Tells whether the columns of a heatmap have names that could not lie below them. */
function has_long_names(drawing: Drawing): boolean {
  if (drawing.x.kind !== 'category' || drawing.span !== null) return false;
  return drawing.x.categories.some((category) => category.label.length > 6);
}

/** The height in CSS pixels that a chart needs so that each of its bars or rows can be read. */
export function needed_height(type: ChartType, drawing: Drawing): number {
  if (type === 'heatmap') {
    const rows = Math.max(160, drawing.series.length * kHeatmapRowHeight);
    return rows + (has_long_names(drawing) ? kUprightLabel : 0) + 60;
  }
  if (!drawing.sideways || drawing.x.kind !== 'category') return 280;
  const bars = type === 'bar' ? Math.min(drawing.series.length, 4) : 1;
  return Math.max(220, drawing.x.categories.length * kBarHeight * Math.max(1, bars * 0.7) + 40);
}

/** Tells the colour that a series has in the legend, the chart and the tooltip. */
export function series_colour(
  drawing: Drawing,
  series: Series,
  style: Pick<Style, 'look' | 'places'>,
): string {
  if (series.missing) return style.look.missing;
  if (series.others) return style.look.others;
  const alone = drawing.series_column === null && drawing.series.length === 1;
  return colour_at(style.look, alone ? 0 : style.places.place_of(series.name));
}

/** Builds the options of a line, area, bar, stacked_bar, scatter or heatmap chart. */
export function build_option(type: ChartType, drawing: Drawing, style: Style): EChartsOption {
  const base: EChartsOption = {
    animation: false,
    useUTC: true,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: kFontFamily, fontSize: kFontSize, color: style.look.ink },
    grid: {
      left: 4,
      right: drawing.sideways ? 56 : 20,
      top: 10,
      bottom: x_title(type, drawing) === undefined ? 4 : 24,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
  };
  if (type === 'heatmap') return { ...base, ...heatmap_parts(drawing, style) };
  const category = category_axis(type, drawing, style);
  const value = value_axis(type, drawing, style);
  const along = drawing.sideways
    ? { xAxis: value, yAxis: category }
    : { xAxis: category, yAxis: value };
  return {
    ...base,
    ...(along as Pick<EChartsOption, 'xAxis' | 'yAxis'>),
    tooltip: tooltip_option(type, drawing, style),
    series: visible_series(drawing, style).map((series) =>
      series_option(type, drawing, series, style),
    ),
  };
}

function visible_series(drawing: Drawing, style: Style): Series[] {
  return drawing.series.filter((_series, index) => !style.hidden.has(index));
}

// ---- axes ----

function x_title(type: ChartType, drawing: Drawing): true | undefined {
  return type === 'scatter' && drawing.x.kind === 'number' ? true : undefined;
}

function category_axis(
  type: ChartType,
  drawing: Drawing,
  style: Style,
): XAXisComponentOption | YAXisComponentOption {
  const { look } = style;
  const line = {
    axisLine: { show: true, onZero: true, lineStyle: { color: look.line } },
    axisTick: { show: false },
    splitLine: { show: false },
  };
  const label = { color: look.muted, fontSize: kFontSize, hideOverlap: true };
  if (drawing.x.kind === 'time') {
    const splits = Math.max(2, Math.round(style.width / 90));
    return {
      type: 'time',
      splitNumber: splits,
      ...line,
      axisLabel: { ...label, formatter: time_label(look, drawing.span) },
    };
  }
  if (drawing.x.kind === 'number') {
    const { plain } = drawing.x;
    const format = (value: number): string =>
      plain ? String(value) : format_axis_number(value, value);
    return {
      type: 'value',
      scale: true,
      ...(type === 'scatter' ? {} : { min: 'dataMin', max: 'dataMax' }),
      ...(plain ? { minInterval: 1 } : {}),
      ...line,
      splitLine: { show: type === 'scatter', lineStyle: { color: look.line } },
      axisLabel: { ...label, formatter: format },
    };
  }
  return {
    ...named_axis(
      drawing.x.categories,
      style,
      label_room(drawing, drawing.x.categories.length, style),
    ),
    ...line,
    inverse: drawing.sideways,
    boundaryGap: type !== 'line' && type !== 'area',
  };
}

/**
 * The width of a label; null where labels would be too narrow to read and some are left out
 * instead.
 */
function label_room(drawing: Drawing, count: number, style: Style): number | null {
  if (drawing.sideways) return style.width * 0.38;
  const room = (style.width - 70) / count - 6;
  return room < 34 || (has_own_order(drawing) && room < longest(drawing)) ? null : room;
}

/** Tells whether labels may be left out rather than cut, since those around them tell them. */
function has_own_order(drawing: Drawing): boolean {
  if (drawing.x.kind !== 'category') return false;
  return drawing.span !== null || are_ordinal(drawing.x.categories);
}

/** The width in pixels of the longest label. */
function longest(drawing: Drawing): number {
  return drawing.x.kind === 'category' ? longest_label(drawing.x.categories) * kLetterWidth : 0;
}

interface NamedAxis {
  type: 'category';
  data: { value: string; textStyle?: object }[];
  axisLabel: object;
}

function named_axis(categories: Category[], style: Style, room: number | null): NamedAxis {
  const { look } = style;
  return {
    type: 'category',
    data: categories.map(({ label, missing }) => ({
      value: label,
      ...(missing ? { textStyle: { fontStyle: 'italic', color: look.muted } } : {}),
    })),
    axisLabel: {
      color: look.muted,
      fontSize: kFontSize,
      ...(room === null
        ? { hideOverlap: true }
        : { interval: 0, width: Math.round(room), overflow: 'truncate' }),
    },
  };
}

/** The library picks round instants; the larger unit is shown where it begins. */
function time_label(look: Look, span: Span | null): object {
  const strong = { primary: { fontWeight: 'bold', color: look.ink } };
  const short = span !== null && span.last - span.first < kYear && span.grain !== 'month';
  return {
    year: short ? '{d} {MMM}' : '{yyyy}',
    month: short ? '{d} {MMM}' : '{MMM}',
    day: '{d} {MMM}',
    hour: '{HH}:{mm}',
    minute: '{HH}:{mm}',
    second: '{HH}:{mm}:{ss}',
    millisecond: '{ss}.{SSS}',
    rich: strong,
  };
}

function value_axis(
  type: ChartType,
  drawing: Drawing,
  style: Style,
): XAXisComponentOption | YAXisComponentOption {
  const { look } = style;
  const largest = largest_of(drawing, type === 'stacked_bar' || type === 'area');
  const needed = !labels_values(type, drawing);
  return {
    type: 'value',
    scale: type === 'scatter' || (type === 'line' && lies_far_from_zero(drawing)),
    splitNumber: drawing.sideways ? 3 : 4,
    ...(counts_things(drawing) ? { minInterval: 1 } : {}),
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { show: needed, lineStyle: { color: look.line } },
    axisLabel: {
      show: needed,
      color: look.muted,
      fontSize: kFontSize,
      hideOverlap: true,
      formatter: (value: number) => format_axis_number(value, largest),
    },
  };
}

/** Bars on their side say their values themselves, unless they are parts of a stack. */
function labels_values(type: ChartType, drawing: Drawing): boolean {
  return drawing.sideways && (drawing.series.length === 1 || type !== 'stacked_bar');
}

/** Tells whether all values are whole, so that the axis needs no steps between them. */
function counts_things(drawing: Drawing): boolean {
  return drawing.series.every((series) =>
    series.points.every((point) => Number.isInteger(point.y ?? 0)),
  );
}

/** The largest size of a value, or of a whole stack at most. */
function largest_of(drawing: Drawing, stacked: boolean): number {
  const sizes = drawing.series.map((series) =>
    series.points.reduce((most, point) => Math.max(most, Math.abs(point.y ?? 0)), 0),
  );
  return stacked ? sizes.reduce((sum, size) => sum + size, 0) : Math.max(0, ...sizes);
}

// ---- series ----

function series_option(
  type: ChartType,
  drawing: Drawing,
  series: Series,
  style: Style,
): SeriesOption {
  const color = series_colour(drawing, series, style);
  const index = drawing.series.indexOf(series);
  const id = String(index);
  const data = chart_points(type, drawing, series);
  const faded = style.forward !== null && style.forward !== index;
  const shared = { id, name: id, color, data, opacity: faded ? kFaded : 1 };
  if (type === 'scatter') return scatter_series(shared, series, style);
  if (type === 'line' || type === 'area') return line_series(type, drawing, series, shared, style);
  return bar_series(type, drawing, shared, style);
}

interface Shared {
  id: string;
  name: string;
  color: string;
  data: Item[];
  opacity: number;
}

interface Item {
  value: [number, number | null];
  symbol?: string;
  symbolSize?: number;
}

function chart_points(type: ChartType, drawing: Drawing, series: Series): Item[] {
  if (type === 'area' && drawing.series.length > 1) return stacked_area_points(drawing, series);
  return series.points.map((point) => ({
    value: drawing.sideways
      ? ([point.y as number, point.x] as [number, number])
      : [point.x, point.y],
  }));
}

/** Areas stack only where all series have a point: a row that is not there adds nothing. */
function stacked_area_points(drawing: Drawing, series: Series): Item[] {
  const own = new Map(series.points.map((point) => [point.x, point.y]));
  return all_places(drawing).map((x) => ({ value: [x, own.has(x) ? (own.get(x) ?? null) : 0] }));
}

function all_places(drawing: Drawing): number[] {
  const places = new Set(drawing.series.flatMap((series) => series.points.map((point) => point.x)));
  return [...places].sort((a, b) => a - b);
}

function line_series(
  type: ChartType,
  drawing: Drawing,
  series: Series,
  parts: Shared,
  style: Style,
): SeriesOption {
  const { opacity, ...shared } = parts;
  const several = drawing.series.length > 1;
  const place = several ? style.places.place_of(series.name) : 0;
  const markers = type === 'area' ? 0 : several ? kMarkersOfMany : kMarkersOfOne;
  return {
    ...shared,
    type: 'line',
    stack: type === 'area' && several ? 'all' : undefined,
    symbol: 'none',
    symbolSize: 6,
    showAllSymbol: true,
    data: mark_points(shared.data, symbol_at(place), markers),
    itemStyle: { opacity },
    lineStyle: { opacity, width: type === 'area' ? 1.5 : 2, type: place >= 8 ? 'dashed' : 'solid' },
    areaStyle: type === 'area' ? { opacity: opacity * (several ? 0.55 : 0.22) } : undefined,
    connectNulls: false,
  };
}

/**
 * Puts at most `most` markers on a line, evenly spread (none when a single series has more points
 * than that), and one on each point between two gaps, which has no line to be seen by.
 */
function mark_points(items: Item[], symbol: string, most: number): Item[] {
  const gap = (index: number): boolean => (items[index]?.value[1] ?? null) === null;
  const stride = most === 0 ? Infinity : Math.ceil(items.length / most);
  const spread = stride === 1 || most === kMarkersOfMany;
  return items.map((item, index) => {
    const lone = !gap(index) && gap(index - 1) && gap(index + 1);
    return lone || (spread && index % stride === 0) ? { ...item, symbol, symbolSize: 6 } : item;
  });
}

function bar_series(type: ChartType, drawing: Drawing, parts: Shared, style: Style): SeriesOption {
  const { opacity, ...shared } = parts;
  const stacked = type === 'stacked_bar';
  const largest = largest_of(drawing, stacked);
  return {
    ...shared,
    type: 'bar',
    stack: stacked ? 'all' : undefined,
    barMaxWidth: drawing.sideways ? 18 : 56,
    barCategoryGap: '22%',
    itemStyle: { opacity, borderRadius: stacked ? 0 : 2 },
    label: {
      show: labels_values(type, drawing),
      position: 'right',
      color: style.look.muted,
      fontSize: 11,
      formatter: (shown) => format_axis_number((shown.value as [number, number])[0], largest),
    },
  };
}

function scatter_series(parts: Shared, series: Series, style: Style): SeriesOption {
  const { opacity, ...shared } = parts;
  return {
    ...shared,
    type: 'scatter',
    symbol: symbol_at(style.places.place_of(series.name)),
    symbolSize: shared.data.length > 1000 ? 5 : 8,
    itemStyle: { opacity: opacity * 0.75 },
  };
}

// ---- heatmap ----

function heatmap_parts(drawing: Drawing, style: Style): EChartsOption {
  const { look } = style;
  const columns = drawing.x.kind === 'category' ? drawing.x.categories : [];
  const rows = drawing.series.map(({ name, missing }) => ({ label: name, missing }));
  const range = heatmap_range(drawing);
  const span = range.most - range.least || 1;
  const cell = (style.width * 0.8) / Math.max(1, columns.length);
  const data = drawing.series.flatMap((series, row) =>
    series.points.map((point) => ({
      value: [point.x, row, point.y ?? '-'],
      label: { color: ink_on_shade(look, ((point.y ?? 0) - range.least) / span) },
    })),
  );
  const bare = { axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: false } };
  const upright = has_long_names(drawing) && longest_label(columns) * kLetterWidth > cell;
  const x_axis = named_axis(columns, style, null);
  if (upright) Object.assign(x_axis.axisLabel, upright_label());
  return {
    xAxis: { ...x_axis, ...bare, position: rows.length > kTallHeatmap ? 'top' : 'bottom' },
    yAxis: { ...named_axis(rows, style, style.width * 0.28), ...bare, inverse: true },
    visualMap: {
      show: false,
      type: 'continuous',
      min: range.least,
      max: range.most,
      dimension: 2,
      inRange: { color: [...look.shades] },
    },
    tooltip: tooltip_option('heatmap', drawing, style),
    series: [
      {
        type: 'heatmap',
        data,
        itemStyle: { borderColor: look.surface, borderWidth: cell > 10 ? 1 : 0 },
        label: {
          show: cell > 44,
          fontSize: 11,
          formatter: (shown) => cell_label((shown.value as unknown[])[2], range.most),
        },
        emphasis: { itemStyle: { borderColor: look.ink, borderWidth: 1 } },
      },
    ],
  };
}

function longest_label(categories: readonly Category[]): number {
  return categories.reduce((most, { label }) => Math.max(most, label.length), 0);
}

function upright_label(): object {
  return { rotate: 90, width: kUprightLabel, overflow: 'truncate' };
}

function cell_label(value: unknown, largest: number): string {
  return typeof value === 'number' ? format_axis_number(value, largest) : kNullText;
}

/**
 * The least and the most value that a heatmap's shades stand for. The least is 0, unless all values
 * are so far from it that they would look alike, as averages do.
 */
export function heatmap_range(drawing: Drawing): { least: number; most: number } {
  const { least, most } = extent_of(drawing);
  if (lies_far_from_zero(drawing)) return { least, most };
  const [from, to] = [Math.min(0, least), Math.max(0, most)];
  return { least: from, most: to === from ? 1 : to };
}

function extent_of(drawing: Drawing): { least: number; most: number } {
  const values = drawing.series.flatMap((series) => series.points.flatMap(({ y }) => y ?? []));
  return {
    least: values.reduce((least, value) => Math.min(least, value), Infinity),
    most: values.reduce((most, value) => Math.max(most, value), -Infinity),
  };
}

/** Tells whether the values differ by less than half of how far they are from 0. */
function lies_far_from_zero(drawing: Drawing): boolean {
  const { least, most } = extent_of(drawing);
  return least > 0 && least < most && most - least < least / 2;
}

// ---- tooltip ----

function tooltip_option(type: ChartType, drawing: Drawing, style: Style): EChartsOption['tooltip'] {
  const { look } = style;
  const by_item = type === 'scatter' || type === 'heatmap';
  const at = points_by_place(drawing, style);
  return {
    trigger: by_item ? 'item' : 'axis',
    confine: true,
    transitionDuration: 0,
    backgroundColor: look.surface,
    borderColor: look.line,
    padding: 10,
    textStyle: { color: look.ink, fontSize: kFontSize },
    axisPointer: {
      type: type === 'line' || type === 'area' ? 'line' : 'shadow',
      lineStyle: { color: look.muted, type: 'solid', width: 1 },
      shadowStyle: { color: look.muted, opacity: 0.1 },
    },
    formatter: (shown) => {
      const [first] = [shown].flat() as { value: unknown; seriesId?: string; dataIndex: number }[];
      if (first === undefined) return '';
      if (type === 'scatter') return style.tooltip(scatter_point(drawing, first));
      const value = (first.value as { value?: number[] }).value ?? (first.value as number[]);
      if (type === 'heatmap') return style.tooltip(cell_points(drawing, value));
      return style.tooltip(at.get(value[drawing.sideways ? 1 : 0] ?? Number.NaN) ?? []);
    },
  };
}

function points_by_place(drawing: Drawing, style: Style): Map<number, Shown[]> {
  const at = new Map<number, Shown[]>();
  for (const series of visible_series(drawing, style)) {
    for (const point of series.points) {
      const shown = at.get(point.x);
      if (shown === undefined) at.set(point.x, [{ series, point }]);
      else shown.push({ series, point });
    }
  }
  return at;
}

function scatter_point(drawing: Drawing, shown: { seriesId?: string; dataIndex: number }): Shown[] {
  const series = drawing.series[Number(shown.seriesId)];
  const point = series?.points[shown.dataIndex];
  return series === undefined || point === undefined ? [] : [{ series, point }];
}

function cell_points(drawing: Drawing, value: readonly number[]): Shown[] {
  const series = drawing.series[value[1] ?? -1];
  const point = series?.points.find((one) => one.x === value[0]);
  return series === undefined || point === undefined ? [] : [{ series, point }];
}

/** Names what a chart shows, for readers who do not see it. */
export function describe(type: ChartType, title: string, drawing: Drawing): string {
  const kind = type.replace('_', ' ');
  const points = drawing.series.reduce((sum, series) => sum + series.points.length, 0);
  const series = drawing.series.length > 1 ? ` in ${drawing.series.length} series` : '';
  const span = drawing.span === null ? '' : `, ${format_span(drawing.span)}`;
  return `${title}: ${kind} chart of ${format_number(points)} values${series}${span}. The numbers follow as a table.`;
}
