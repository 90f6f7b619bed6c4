import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kind_of, to_instant, to_number } from './columns.ts';

test('The type of a column tells what it can be on an axis.', () => {
  for (const type of ['bigint', 'UBIGINT', 'hugeint', 'decimal(10,2)', 'double'])
    assert.equal(kind_of(type), 'number');
  for (const type of ['date', 'timestamp', 'TIMESTAMP WITH TIME ZONE', 'timestamp_ns'])
    assert.equal(kind_of(type), 'time');
  for (const type of ['varchar', 'boolean', 'integer[]', 'time', 'interval', 'struct(a integer)'])
    assert.equal(kind_of(type), 'text');
});

test('Only what is a finite number is drawn as one.', () => {
  assert.equal(to_number('12.50'), 12.5);
  assert.equal(to_number('1e3'), 1000);
  for (const value of [null, undefined, '', 'NaN', 'Infinity', '0x10', ' 1', '.', true, [1]]) {
    assert.equal(to_number(value), null);
  }
});

test('A time without an offset is UTC, whatever the zone of the reader.', () => {
  const noon = Date.UTC(2015, 0, 1, 12);
  for (const text of [
    '2015-01-01T12:00:00Z',
    '2015-01-01 12:00:00',
    '2015-01-01T12:00',
    '2015-01-01 14:00:00+02',
  ]) {
    assert.equal(to_instant(text), noon, text);
  }
  assert.equal(to_instant('2015-01-01'), Date.UTC(2015, 0, 1));
  for (const text of ['infinity', '2015', '2015-13-01T00:00:00Z', 'yesterday'])
    assert.equal(to_instant(text), null, text);
});
