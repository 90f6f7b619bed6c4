/**
 * Keeps a chart readable when its result has more names or series than can be told apart: the
 * largest or first are drawn, and a notice says what is not.
 */
import type { ChartType } from '../dashboard.ts';
import { count_of } from '../format.ts';
import type { Drawing, Point, Series } from './drawing.ts';

/** The most bars that are drawn on their side. */
export const kMostBars = 30;
/** The most series that have a colour of their own. */
export const kMostSeries = 16;
export const kMostHeatmapRows = 60;

/**
 * Draws the largest series only. In a stack the others become one series, their sum, so that the
 * whole keeps its height. Expects the largest first, and of a heatmap the rows in their order.
 */
export function limit_series(type: ChartType, drawing: Drawing, noun: string): void {
  const all = drawing.series;
  const named = noun.replaceAll('_', ' ');
  if (type === 'heatmap') {
    if (all.length <= kMostHeatmapRows) return;
    drawing.series = all.slice(0, kMostHeatmapRows);
    drawing.notices.push(
      `The first ${kMostHeatmapRows} of ${count_of(all.length, 'row')}. All are under Data.`,
    );
  } else if (all.length > kMostSeries) {
    const stacked = type === 'stacked_bar' || type === 'area';
    const kept = stacked ? kMostSeries - 1 : kMostSeries;
    const rest = all.slice(kept);
    drawing.series = [...all.slice(0, kept), ...(stacked ? [sum_of(rest)] : [])];
    const fate = stacked ? 'the others are one sum' : 'the others are not drawn';
    drawing.notices.push(
      `The ${kept} largest of ${all.length.toLocaleString('en-US')} by ${named}; ${fate}. All are under Data.`,
    );
  }
}

function sum_of(rest: readonly Series[]): Series {
  const sums = new Map<number, Point & { rows: number[] }>();
  for (const { x, y, row } of rest.flatMap((series) => series.points)) {
    const sum = sums.get(x) ?? { x, y: null, row, rows: [] };
    if (y !== null) sum.y = (sum.y ?? 0) + y;
    sum.rows.push(row);
    sums.set(x, sum);
  }
  return {
    name: `${rest.length} others`,
    missing: false,
    others: true,
    column: rest[0]?.column ?? 0,
    points: [...sums.values()],
  };
}

/** Says how many values are NULL, which leave a gap. */
export function null_notice(drawing: Drawing): string[] {
  const points = drawing.series.flatMap((series) => series.points);
  const nulls = points.filter((point) => point.y === null).length;
  if (nulls === 0) return [];
  const are = nulls === 1 ? 'is' : 'are';
  return [
    `${nulls.toLocaleString('en-US')} of ${count_of(points.length, 'value')} ${are} null and not drawn.`,
  ];
}
