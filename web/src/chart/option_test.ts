import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChartType, Tile } from '../dashboard.ts';
import { make_drawing } from './drawing.ts';
import { build_option, heatmap_range } from './option.ts';
import { kLight, SeriesPlaces } from './palette.ts';

function tile(type: ChartType, values: (number | null)[]): Tile {
  return {
    title: 'T',
    sql: 'SELECT 1',
    chart: { type, x: 'month', y: 'rating', series: 'year' },
    columns: [
      { name: 'month', type: 'integer' },
      { name: 'year', type: 'integer' },
      { name: 'rating', type: 'double' },
    ],
    rows: values.map((value, month) => [month, 2015, value]),
  };
}

function starts_at_zero(type: ChartType, values: number[]): boolean {
  const option = build_option(type, make_drawing(tile(type, values)), {
    look: kLight,
    places: new SeriesPlaces([]),
    width: 600,
    hidden: new Set(),
    forward: null,
    tooltip: () => '',
  });
  return (option.yAxis as { scale?: boolean }).scale !== true;
}

test('The shades of counts begin at 0, those of averages at the least, so that they differ.', () => {
  const range = (values: (number | null)[]): unknown =>
    heatmap_range(make_drawing(tile('heatmap', values)));
  assert.deepEqual(range([5, 100, null]), { least: 0, most: 100 });
  assert.deepEqual(range([378, 663]), { least: 0, most: 663 });
  assert.deepEqual(range([3.4, 3.7, null]), { least: 3.4, most: 3.7 });
  assert.deepEqual(range([-4, 2]), { least: -4, most: 2 });
  assert.deepEqual(range([-4, -2]), { least: -4, most: 0 });
  assert.deepEqual(range([7, 7]), { least: 0, most: 7 });
  assert.deepEqual(range([0, 0]), { least: 0, most: 1 });
});

test('Bars and areas stand on 0; a line of averages need not.', () => {
  assert.equal(starts_at_zero('line', [3.4, 3.7]), false);
  assert.equal(starts_at_zero('line', [1, 100]), true);
  assert.equal(starts_at_zero('bar', [3.4, 3.7]), true);
  assert.equal(starts_at_zero('area', [3.4, 3.7]), true);
});
