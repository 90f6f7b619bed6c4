import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Chart, Column, Tile, Value } from '../dashboard.ts';
import { kMostBars, kMostHeatmapRows, kMostSeries } from './crowd.ts';
import { ChartError, compare_values, make_drawing, type Drawing } from './drawing.ts';

const kHour: Column = { name: 'hour', type: 'timestamp' };
const kType: Column = { name: 'type', type: 'varchar' };
const kEvents: Column = { name: 'events', type: 'bigint' };

function tile(chart: Chart, columns: Column[], rows: Value[][]): Tile {
  return { title: 'T', sql: 'SELECT 1', chart, columns, rows };
}

function labels(drawing: Drawing): string[] {
  return drawing.x.kind === 'category'
    ? drawing.x.categories.map((category) => category.label)
    : [];
}

function values(drawing: Drawing): Record<string, (number | null)[]> {
  return Object.fromEntries(
    drawing.series.map((series) => [series.name, series.points.map((point) => point.y)]),
  );
}

test('Rows in any order become lines in the order of time, a NULL stays a gap.', () => {
  const rows = [
    ['2015-01-01T02:00:00Z', 3],
    ['2015-01-01T00:00:00Z', 1],
    ['2015-01-01T01:00:00Z', null],
  ];
  const drawing = make_drawing(
    tile({ type: 'line', x: 'hour', y: 'events' }, [kHour, kEvents], rows),
  );
  assert.equal(drawing.x.kind, 'time');
  assert.deepEqual(drawing.notices, ['1 of 3 values is null and not drawn.']);
  assert.deepEqual(values(drawing), { events: [1, null, 3] });
  assert.deepEqual(
    drawing.series[0]?.points.map((point) => point.row),
    [1, 2, 0],
  );
});

test('Series come largest first; one of NULL is not the one of the text null.', () => {
  const rows = [
    ['a', null, 5],
    ['a', 'null', 7],
    ['b', null, 1],
  ];
  const columns = [{ name: 'x', type: 'varchar' }, kType, kEvents];
  const drawing = make_drawing(
    tile({ type: 'stacked_bar', x: 'x', y: 'events', series: 'type' }, columns, rows),
  );
  assert.deepEqual(
    drawing.series.map((series) => [series.name, series.missing]),
    [
      ['null', false],
      ['null', true],
    ],
  );
});

test('Stacks sorted by y are sorted by their whole height.', () => {
  const rows = [
    ['a', 'p', 5],
    ['b', 'p', 4],
    ['b', 'q', 4],
    ['c', 'q', 9],
  ];
  const columns = [{ name: 'x', type: 'varchar' }, kType, kEvents];
  const chart: Chart = {
    type: 'stacked_bar',
    x: 'x',
    y: 'events',
    series: 'type',
    sort: '-events',
  };
  const drawing = make_drawing(tile(chart, columns, rows));
  assert.deepEqual(labels(drawing), ['c', 'b', 'a']);
  assert.deepEqual(values(drawing), { q: [9, 4], p: [4, 5] });
});

test('Without a sort, bars stand as the rows come, and NULL is a bar too.', () => {
  const rows = [
    ['z', 1],
    [null, 2],
    ['a', 3],
  ];
  const drawing = make_drawing(
    tile({ type: 'bar', x: 'type', y: 'events' }, [kType, kEvents], rows),
  );
  assert.deepEqual(labels(drawing), ['z', 'null', 'a']);
});

test('Few hours are bars above their labels, with room for the hour that is missing.', () => {
  const rows = [
    ['2015-01-01T00:00:00Z', 1],
    ['2015-01-01T01:00:00Z', 2],
    ['2015-01-01T03:00:00Z', 4],
  ];
  const drawing = make_drawing(
    tile({ type: 'bar', x: 'hour', y: 'events' }, [kHour, kEvents], rows),
  );
  assert.deepEqual(labels(drawing), ['00:00', '01:00', '02:00', '03:00']);
  assert.deepEqual(
    drawing.series[0]?.points.map((point) => point.x),
    [0, 1, 3],
  );
});

test('A single hour is drawn under its own label, not in the middle of two days.', () => {
  const drawing = make_drawing(
    tile({ type: 'line', x: 'hour', y: 'events' }, [kHour, kEvents], [['2015-01-01T00:00:00Z', 1]]),
  );
  assert.deepEqual(labels(drawing), ['00:00']);
});

test('Rows that cannot be placed or repeat a place are counted, not lost in silence.', () => {
  const rows = [
    [null, 1],
    ['2015-01-01T00:00:00Z', 2],
    ['2015-01-01T00:00:00Z', 3],
  ];
  const drawing = make_drawing(
    tile({ type: 'line', x: 'hour', y: 'events' }, [kHour, kEvents], rows),
  );
  assert.deepEqual(values(drawing), { events: [2] });
  assert.deepEqual(drawing.notices, [
    '1 row without hour (null) not drawn.',
    '1 row not drawn: an earlier row has the same hour. Group by them in the SQL.',
  ]);
});

test('A scatter draws every row.', () => {
  const columns = [
    { name: 'a', type: 'double' },
    { name: 'b', type: 'double' },
  ];
  const drawing = make_drawing(
    tile({ type: 'scatter', x: 'a', y: 'b' }, columns, [
      [1, 2],
      [1, 2],
      [0, 5],
    ]),
  );
  assert.deepEqual(values(drawing), { b: [5, 2, 2] });
});

test('Many or long names make bars lie on their side, up to a limit that is told.', () => {
  const rows = Array.from({ length: kMostBars + 1 }, (_none, place) => [`name ${place}`, place]);
  const drawing = make_drawing(
    tile({ type: 'bar', x: 'type', y: 'events' }, [kType, kEvents], rows),
  );
  assert.ok(drawing.sideways);
  assert.equal(drawing.series[0]?.points.length, kMostBars);
  assert.deepEqual(drawing.notices, ['The first 30 of 31 by type. All are under Data.']);
});

test('Months written as text stand side by side, however many, and long names do not.', () => {
  const sideways = (names: string[]): boolean =>
    make_drawing(
      tile(
        { type: 'bar', x: 'type', y: 'events' },
        [kType, kEvents],
        names.map((name) => [name, 1]),
      ),
    ).sideways;
  assert.equal(sideways(Array.from({ length: 40 }, (_none, year) => `${1980 + year}-01`)), false);
  assert.equal(sideways(['Image Classification of Birds', 'Semantic Segmentation']), true);
  assert.equal(sideways(['Go', 'Rust', 'C++']), false);
});

/** Rows of `count` types at two hours, the first type the largest. */
function rows_of_types(count: number): Value[][] {
  return ['2015-01-01T00:00:00Z', '2015-01-01T01:00:00Z'].flatMap((hour) =>
    Array.from({ length: count }, (_none, place) => [hour, `type ${place}`, 100 - place]),
  );
}

test('A stack of too many series keeps its height: the smallest become one sum.', () => {
  const rows = [...rows_of_types(kMostSeries + 4), ['2015-01-01T02:00:00Z', 'type 19', null]];
  const chart: Chart = { type: 'stacked_bar', x: 'hour', y: 'events', series: 'type' };
  const drawing = make_drawing(tile(chart, [kHour, kType, kEvents], rows));
  assert.equal(drawing.series.length, kMostSeries);
  const others = drawing.series.at(-1);
  assert.equal(others?.name, '5 others');
  assert.deepEqual(
    others?.points.map((point) => point.y),
    [85 + 84 + 83 + 82 + 81, 85 + 84 + 83 + 82 + 81, null],
  );
  assert.deepEqual(others?.points[0]?.rows, [15, 16, 17, 18, 19]);
  assert.equal(
    drawing.notices[0],
    'The 15 largest of 20 by type; the others are one sum. All are under Data.',
  );
});

test('Of too many lines the largest are drawn, and as many as have a colour are no notice.', () => {
  const chart: Chart = { type: 'line', x: 'hour', y: 'events', series: 'type' };
  const columns = [kHour, kType, kEvents];
  const many = make_drawing(tile(chart, columns, rows_of_types(kMostSeries + 1)));
  assert.equal(many.series.length, kMostSeries);
  assert.deepEqual(many.notices, [
    'The 16 largest of 17 by type; the others are not drawn. All are under Data.',
  ]);
  assert.deepEqual(make_drawing(tile(chart, columns, rows_of_types(kMostSeries))).notices, []);
});

test('A heatmap of too many rows draws the first.', () => {
  const chart: Chart = { type: 'heatmap', x: 'hour', y: 'events', series: 'type' };
  const drawing = make_drawing(tile(chart, [kHour, kType, kEvents], rows_of_types(99)));
  assert.equal(drawing.series.length, kMostHeatmapRows);
  assert.deepEqual(drawing.notices, ['The first 60 of 99 rows. All are under Data.']);
});

test('Names made of numbers stand in their own order, NULL last; other names as they come.', () => {
  const order = (names: (string | null)[]): string[] =>
    labels(
      make_drawing(
        tile(
          { type: 'bar', x: 'type', y: 'events' },
          [kType, kEvents],
          names.map((name) => [name, 1]),
        ),
      ),
    );
  assert.deepEqual(order(['2015-10', null, '2015-9']), ['2015-9', '2015-10', 'null']);
  assert.deepEqual(order(['36-50', '18-24', '25-35']), ['18-24', '25-35', '36-50']);
  assert.deepEqual(order(['2015-10', 'never', '2015-9']), ['2015-10', 'never', '2015-9']);
});

test('Years are in order without a series too, unless the chart sorts them.', () => {
  const columns = [{ name: 'year', type: 'integer' }, kEvents];
  const rows = [
    [2016, 1],
    [2014, 3],
    [2015, 2],
  ];
  const chart: Chart = { type: 'bar', x: 'year', y: 'events' };
  assert.deepEqual(labels(make_drawing(tile(chart, columns, rows))), ['2014', '2015', '2016']);
  const sorted = make_drawing(tile({ ...chart, sort: '-year' }, columns, rows));
  assert.deepEqual(labels(sorted), ['2016', '2015', '2014']);
});

test('Several measures are series of their own names.', () => {
  const columns = [kType, kEvents, { name: 'users', type: 'bigint' }];
  const drawing = make_drawing(
    tile({ type: 'bar', x: 'type', y: ['events', 'users'] }, columns, [['a', 2, 1]]),
  );
  assert.deepEqual(values(drawing), { events: [2], users: [1] });
});

test('A heatmap has one row for each series, numbers in their own order.', () => {
  const columns = [{ name: 'hour', type: 'integer' }, kType, kEvents];
  const rows = [
    [10, 'b', 1],
    [9, 'b', 2],
    [9, 'a', 3],
  ];
  const drawing = make_drawing(
    tile({ type: 'heatmap', x: 'hour', y: 'events', series: 'type' }, columns, rows),
  );
  assert.deepEqual(labels(drawing), ['9', '10']);
  assert.deepEqual(values(drawing), { b: [2, 1], a: [3] });
});

test('A sort of the columns of a heatmap leaves its rows in order.', () => {
  const rows_of = (names: string[]): string[] => {
    const rows = names.map((name, place) => [10 - place, name, 1]);
    const chart: Chart = { type: 'heatmap', x: 'hour', y: 'events', series: 'type', sort: 'hour' };
    const columns = [{ name: 'hour', type: 'integer' }, kType, kEvents];
    return make_drawing(tile(chart, columns, rows)).series.map((series) => series.name);
  };
  assert.deepEqual(rows_of(['Mon', 'Tue', 'Fri']), ['Mon', 'Tue', 'Fri']);
  assert.deepEqual(rows_of(['2011', '1996', '1997']), ['1996', '1997', '2011']);
});

test('A column that the result lacks is named together with those it has.', () => {
  const wrong = tile(
    { type: 'line', x: 'houur', y: 'events' },
    [kHour, kEvents],
    [['2015-01-01', 1]],
  );
  assert.throws(
    () => make_drawing(wrong),
    (error) => error instanceof ChartError && /'houur'.*hour, events/.test(error.message),
  );
});

test('NULL sorts last in both directions, numbers in text as numbers.', () => {
  const sorted = (sign: number): Value[] =>
    ['10', null, '9'].sort((a, b) => compare_values(a, b, 'number', sign));
  assert.deepEqual(sorted(1), ['9', '10', null]);
  assert.deepEqual(sorted(-1), ['10', '9', null]);
});

test('Integers beyond 2^53 sort by all their digits.', () => {
  assert.ok(compare_values('9007199254740993', '9007199254740992', 'number', 1) > 0);
});
