import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kDark, kLight, SeriesPlaces } from './palette.ts';

test('A name has one place in all charts, and no two names of a chart share one.', () => {
  const charts = [
    ['Push', 'Fork'],
    ['Fork', 'Watch', 'Push'],
    ['Rust', 'Go'],
  ];
  const places = new SeriesPlaces(charts);
  for (const names of charts) {
    assert.equal(new Set(names.map((name) => places.place_of(name))).size, names.length);
  }
  assert.deepEqual(
    ['Push', 'Fork', 'Watch', 'Rust', 'Go'].map((name) => places.place_of(name)),
    [0, 1, 2, 0, 1],
  );
});

test('Names that objects have by nature are names like others.', () => {
  const places = new SeriesPlaces([['constructor', '__proto__']]);
  assert.deepEqual([places.place_of('constructor'), places.place_of('__proto__')], [0, 1]);
});

test('Both looks have the same number of different colours.', () => {
  assert.equal(new Set(kLight.series).size, kLight.series.length);
  assert.equal(new Set(kDark.series).size, kLight.series.length);
});
