import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choice_label, choices_in, every_result, query_of, tile_at } from './choices.ts';
import type { FilteredTile, Filter, Page, Tile } from './dashboard.ts';

const kTask: Filter = {
  name: 'task',
  title: 'Task',
  kind: 'value',
  choices: ['all', 'Vision & text', ''],
  default: 0,
};
const kPeriod: Filter = {
  name: 'period',
  title: 'Period',
  kind: 'time_range',
  choices: ['all', '2015'],
  default: 1,
};
const kFrame = { title: 'Papers', sql: 'SELECT 1', chart: { type: 'number' } } as const;
const kColumns = [{ name: 'n', type: 'bigint' }];
const kBoth: FilteredTile = {
  ...kFrame,
  filters: [0, 1],
  results: [[[60]], [[10]], [[5]]].map((rows) => ({ columns: kColumns, rows })),
  result_of: [0, 1, 1, 2, 2, 2],
};
const kNone: Tile = { ...kFrame, columns: kColumns, rows: [[99]] };
const kPage: Page = { title: 'Papers', filters: [kTask, kPeriod], tiles: [kBoth, kNone] };

test('Each combination of choices has its own result, the last filter changing first.', () => {
  const shown = [0, 1, 2].flatMap((task) =>
    [0, 1].map((period) => tile_at(kPage, kBoth, [task, period]).rows),
  );
  assert.deepEqual(shown, [[[60]], [[10]], [[10]], [[5]], [[5]], [[5]]]);
  assert.equal(every_result(kBoth).length, 3);
});

test('A tile says which choices it follows and which it does not take.', () => {
  const marks = (tile: Tile | FilteredTile, choices: number[]): unknown[] => {
    const { chosen, not_taken } = tile_at(kPage, tile, choices);
    return [chosen, not_taken];
  };
  assert.deepEqual(marks(kBoth, [1, 1]), ['Task: Vision & text, Period: 2015', undefined]);
  assert.deepEqual(marks(kNone, [1, 1]), [undefined, 'Not filtered by Task, Period']);
  assert.deepEqual(marks(kNone, [0, 0]), [undefined, undefined]);
});

test('An address names what is not the default, and is read back.', () => {
  const choices = [
    [0, 1],
    [1, 0],
    [2, 1],
  ];
  for (const chosen of choices)
    assert.deepEqual(choices_in(kPage, query_of(kPage, chosen)), chosen);
  assert.equal(query_of(kPage, [0, 1]), '');
  assert.equal(query_of(kPage, [1, 1]), 'task=Vision+%26+text');
});

test('An address that names what is not offered shows the default.', () => {
  assert.deepEqual(choices_in(kPage, 'task=Sound&perod=2015'), [0, 1]);
});

test('Every choice has a label that can be seen.', () => {
  assert.deepEqual(
    [0, 1, 2].map((choice) => choice_label(kTask, choice)),
    ['All', 'Vision & text', '(empty)'],
  );
});
