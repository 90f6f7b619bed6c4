import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csv_of } from './csv.ts';
import {
  format_axis_number,
  format_number,
  format_short_instant,
  format_span,
  format_value,
  grain_of,
} from './format.ts';

const kHour = 3_600_000;
const kNewYear = Date.UTC(2015, 0, 1);

test('Numbers have thousands separators and no more digits than are worth reading.', () => {
  assert.deepEqual([1234567, 0, -1500.25, 3.14159265, 0.1234567].map(format_number), [
    '1,234,567',
    '0',
    '-1,500.3',
    '3.1416',
    '0.1235',
  ]);
  assert.equal(format_number(0.00000123), '1.23e-6');
});

test('The labels of one axis are all short or none.', () => {
  assert.deepEqual(
    [0, 50_000, 150_000].map((value) => format_axis_number(value, 180_000)),
    ['0', '50,000', '150,000'],
  );
  assert.deepEqual(
    [0, 500_000, 1_500_000].map((value) => format_axis_number(value, 1_800_000)),
    ['0', '500K', '1.5M'],
  );
});

test('A table shows every digit of large integers, the scale of decimals, and ids as they are.', () => {
  assert.equal(
    format_value('9007199254740993', { name: 'n', type: 'bigint' }),
    '9,007,199,254,740,993',
  );
  assert.equal(format_value('12.50', { name: 'price', type: 'decimal(10,2)' }), '12.50');
  assert.equal(format_value(2489651045, { name: 'actor_id', type: 'bigint' }), '2489651045');
  assert.equal(format_value(2015, { name: 'year', type: 'integer' }), '2015');
  assert.equal(format_value('NaN', { name: 'n', type: 'double' }), 'NaN');
});

test('Times, lists, booleans and NULL are shown as text.', () => {
  assert.equal(
    format_value('2015-01-01T05:00:00Z', { name: 'hour', type: 'timestamp' }),
    '2015-01-01 05:00:00',
  );
  assert.equal(format_value(['a', 1], { name: 'tags', type: 'varchar[]' }), '["a",1]');
  assert.equal(format_value(false, { name: 'public', type: 'boolean' }), 'false');
  assert.equal(format_value(null, { name: 'n', type: 'bigint' }), 'null');
});

test('The grain is the coarsest that tells all instants apart.', () => {
  assert.equal(grain_of([kNewYear, kNewYear + kHour]), 'minute');
  assert.equal(grain_of([kNewYear, kNewYear + 24 * kHour]), 'day');
  assert.equal(grain_of([kNewYear, Date.UTC(2015, 3, 1)]), 'month');
  assert.equal(grain_of([kNewYear, Date.UTC(2019, 0, 1)]), 'year');
  assert.equal(grain_of([kNewYear]), 'day');
  assert.equal(grain_of([kNewYear + 1500]), 'second');
});

test('Labels leave out what a whole axis shares, and the span says it once.', () => {
  const one_day = { first: kNewYear, last: kNewYear + kHour, grain: 'minute' } as const;
  assert.equal(format_short_instant(one_day.last, one_day), '01:00');
  assert.equal(format_span(one_day), '1 Jan 2015, UTC');
  const two_days = { first: kNewYear, last: kNewYear + 25 * kHour, grain: 'minute' } as const;
  assert.equal(format_short_instant(two_days.last, two_days), '2 Jan, 01:00');
  assert.equal(format_span(two_days), '1 Jan to 2 Jan 2015, UTC');
  const one_year = { first: kNewYear, last: Date.UTC(2015, 11, 1), grain: 'month' } as const;
  assert.equal(format_short_instant(one_year.last, one_year), 'Dec');
  assert.equal(format_span(one_year), 'Jan 2015 to Dec 2015');
  const two_years = { first: kNewYear, last: Date.UTC(2016, 1, 2), grain: 'day' } as const;
  assert.equal(format_span(two_years), '1 Jan 2015 to 2 Feb 2016');
});

test('CSV tells NULL from empty text and quotes what must be quoted.', () => {
  const columns = ['a', 'b, c'].map((name) => ({ name, type: 'varchar' }));
  assert.equal(
    csv_of(columns, [
      [null, ''],
      ['say "x"', 'two\nlines'],
    ]),
    'a,"b, c"\r\n,""\r\n"say ""x""","two\nlines"\r\n',
  );
});
