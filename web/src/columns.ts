import type { Column, Value } from './dashboard.ts';

export type ColumnKind = 'time' | 'number' | 'text';

const kNumberTypes =
  /^(u?(tiny|small|big|huge)int|u?integer|int\d*|float\d*|double|real|decimal|numeric)\b/;
const kNumberText = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const kDateText = /^\d{4}-\d{2}-\d{2}$/;
const kInstantText =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}(?::?\d{2})?)?$/;

/** Tells what a column of this type can be on an axis: an instant, a quantity, or a name. */
export function kind_of(type: string): ColumnKind {
  const name = type.toLowerCase();
  if (name.endsWith('[]')) return 'text';
  if (name.startsWith('timestamp') || name === 'date' || name === 'datetime') return 'time';
  return kNumberTypes.test(name) ? 'number' : 'text';
}

/** Tells whether the numbers of a column are names rather than quantities: ids, years, decades. */
export function holds_labels(column: Column): boolean {
  return /(^|_)(id|year|decade|century)$/i.test(column.name);
}

/** Gives the number a value stands for, or null when it is none (NULL, NaN, infinity, text). */
export function to_number(value: Value | undefined): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'string' && kNumberText.test(value)) return Number(value);
  return null;
}

/** Gives milliseconds since 1970 for an ISO 8601 date or time, UTC unless it names an offset. */
export function to_instant(value: Value | undefined): number | null {
  if (typeof value !== 'string') return null;
  if (kDateText.test(value)) return Date.parse(`${value}T00:00:00Z`);
  const parts = kInstantText.exec(value);
  if (parts === null) return null;
  const instant = Date.parse(`${parts[1]}T${parts[2]}${full_offset(parts[3] ?? 'Z')}`);
  return Number.isNaN(instant) ? null : instant;
}

function full_offset(offset: string): string {
  return /^[+-]\d{2}$/.test(offset) ? `${offset}:00` : offset;
}
