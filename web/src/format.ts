import { holds_labels, kind_of, to_instant, to_number } from './columns.ts';
import type { Column, Value } from './dashboard.ts';

/** What stands for NULL wherever a value is shown. */
export const kNullText = 'null';

/** The finest unit of time that a set of instants makes use of. */
export type Grain = 'year' | 'month' | 'day' | 'minute' | 'second';

const kDay = 86_400_000;

const kWhole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const kShortAxis = new Intl.NumberFormat('en-US', {
  notation: 'compact',
  maximumFractionDigits: 2,
});

const kGrainFormats: Record<Grain, Intl.DateTimeFormat> = {
  year: utc_format({ year: 'numeric' }),
  month: utc_format({ month: 'short', year: 'numeric' }),
  day: utc_format({ day: 'numeric', month: 'short', year: 'numeric' }),
  minute: utc_format({
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  }),
  second: utc_format({
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }),
};

const kShortDay = utc_format({ day: 'numeric', month: 'short' });
const kMonth = utc_format({ month: 'short' });
const kClock = utc_format({ hour: '2-digit', minute: '2-digit' });

function utc_format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC', hourCycle: 'h23' });
}

/** Writes a number with thousands separators and as many digits as are worth reading. */
export function format_number(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value)) return kWhole.format(value);
  if (size < 1e-4) return value.toExponential(2);
  const decimals = size >= 1000 ? 1 : size >= 10 ? 2 : 4;
  return new Intl.NumberFormat('en-US', { maximumFractionDigits: decimals }).format(value);
}

/** Writes a number for an axis on which `largest` is the largest: all short, as 1.2M, or none. */
export function format_axis_number(value: number, largest: number): string {
  return Math.abs(largest) >= 1_000_000 ? kShortAxis.format(value) : format_number(value);
}

/**
 * Writes a value of a numeric column. Text that holds a number is grouped digit by digit, so that
 * no digit of a number beyond 2^53 is lost; decimals keep the scale of their type.
 */
export function format_quantity(value: number | string, column: Column): string {
  if (holds_labels(column)) return String(value);
  const scale = /^(?:decimal|numeric)\(\d+, *(\d+)\)/i.exec(column.type)?.[1];
  if (typeof value === 'string' && /^-?\d+$/.test(value)) return group_digits(value);
  const number = to_number(value);
  if (number === null) return String(value);
  if (scale === undefined) return format_number(number);
  const digits = Number(scale);
  return new Intl.NumberFormat('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(number);
}

function group_digits(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Finds the coarsest grain that tells all `instants` apart from their neighbours. */
export function grain_of(instants: readonly number[]): Grain {
  const every = (holds: (date: Date) => boolean): boolean =>
    instants.every((instant) => holds(new Date(instant)));
  if (!every((date) => date.getTime() % 60_000 === 0)) return 'second';
  if (!every((date) => date.getTime() % kDay === 0)) return 'minute';
  if (instants.length < 2 || !every((date) => date.getUTCDate() === 1)) return 'day';
  return every((date) => date.getUTCMonth() === 0) ? 'year' : 'month';
}

/** Writes an instant in UTC, as finely as `grain`. */
export function format_instant(instant: number, grain: Grain): string {
  return kGrainFormats[grain].format(instant);
}

/** The first and the last instant of an axis, and how finely it tells them apart. */
export interface Span {
  first: number;
  last: number;
  grain: Grain;
}

/** Writes an instant for a label on an axis over `span`, leaving out what all labels share. */
export function format_short_instant(instant: number, span: Span): string {
  const { grain } = span;
  if (grain === 'year') return format_instant(instant, grain);
  if (grain === 'month') return same_year(span) ? kMonth.format(instant) : format_instant(instant, grain);
  const day = same_year(span) ? kShortDay.format(instant) : format_instant(instant, 'day');
  if (grain === 'day') return day;
  const clock =
    grain === 'second' ? new Date(instant).toISOString().slice(11, 19) : kClock.format(instant);
  return same_day(span) ? clock : `${day}, ${clock}`;
}

/** Writes what an axis covers: `1 Jan to 3 Jan 2015, UTC`. */
export function format_span(span: Span): string {
  const fine = span.grain === 'minute' || span.grain === 'second';
  const grain = fine ? 'day' : span.grain;
  const last = format_instant(span.last, grain);
  const first =
    grain === 'day' && same_year(span)
      ? kShortDay.format(span.first)
      : format_instant(span.first, grain);
  const whole = span.first === span.last || (fine && same_day(span)) ? last : `${first} to ${last}`;
  return fine ? `${whole}, UTC` : whole;
}

function same_day({ first, last }: Span): boolean {
  return Math.floor(first / kDay) === Math.floor(last / kDay);
}

function same_year({ first, last }: Span): boolean {
  return new Date(first).getUTCFullYear() === new Date(last).getUTCFullYear();
}

/** Writes any value of a result as text for a table cell. */
export function format_value(value: Value | undefined, column: Column): string {
  if (value === null || value === undefined) return kNullText;
  if (typeof value === 'object') return JSON.stringify(value);
  const kind = kind_of(column.type);
  if (kind === 'number' && typeof value !== 'boolean') return format_quantity(value, column);
  if (kind === 'time' && typeof value === 'string') return format_table_instant(value);
  return String(value);
}

function format_table_instant(value: string): string {
  if (to_instant(value) === null) return value;
  return value.replace('T', ' ').replace(/(:\d{2})(\.0+)?(Z|\+00(:00)?)$/, '$1');
}

/** Writes a value as the name of a series or a category, which must not be blank. */
export function format_name(value: Value | undefined, column: Column): string {
  return format_value(value, column) || '(empty)';
}

/** Writes a count with its noun: `1 row`, `5,000 rows`. */
export function count_of(count: number, noun: string): string {
  return `${kWhole.format(count)} ${noun}${count === 1 ? '' : 's'}`;
}
