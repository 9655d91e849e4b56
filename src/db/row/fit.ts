import { ExactNumber, toJson } from '../../exact.ts';
import { isValidInstant, isZeroTime } from '../../instant.ts';

/** Postgres types that mirror columns may have, as Drizzle names them. */
export type SqlType =
  | 'text'
  | 'bigint'
  | 'integer'
  | 'double precision'
  | 'boolean'
  | 'timestamp with time zone'
  | 'jsonb'
  | 'text[]';

const INT64 = 2n ** 63n;

const isInt64 = (digits: string): boolean =>
  /^-?\d{1,19}$/.test(digits) && BigInt(digits) < INT64 && BigInt(digits) >= -INT64;

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);

/**
 * For each type, whether Postgres can store the JSON value unchanged. Go's zero time does not fit: it means that
 * there is no time.
 */
export const FITS: Readonly<Record<SqlType, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  bigint: (value) => isWhole(value) || (value instanceof ExactNumber && isInt64(value.digits)),
  integer: (value) => isWhole(value) && Math.abs(value) <= 0x7fff_ffff,
  'double precision': (value) => typeof value === 'number' && Number.isFinite(value),
  boolean: (value) => typeof value === 'boolean',
  'timestamp with time zone': (value) =>
    typeof value === 'string' && isValidInstant(value) && !isZeroTime(value),
  jsonb: () => true,
  'text[]': (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
};

/** One element of a text array: a text, NULL, or an array in the array. */
const elementLiteral = (item: unknown): string => {
  if (typeof item === 'string') return `"${item.replace(/[\\"]/g, '\\$&')}"`;
  if (item == null) return 'NULL';
  return Array.isArray(item) ? arrayLiteral(item) : elementLiteral(toJson(item));
};

/** A text array as a Postgres literal: casting one string is cheaper than unpacking JSON. */
export function arrayLiteral(items: readonly unknown[]): string {
  return `{${items.map(elementLiteral).join(',')}}`;
}

/**
 * The nearest list that a text array can store: nested arrays are flattened, unless all elements are arrays of one
 * length, which is a valid two-dimensional array.
 */
export const asTextArray = (items: readonly unknown[]): readonly unknown[] => {
  const lists = items.filter(Array.isArray);
  if (lists.length === 0) return items;
  const isRegular =
    lists.length === items.length &&
    lists.every((list) => list.length === lists[0]?.length && list.length > 0 && !list.some(Array.isArray));
  return isRegular ? items : items.flat(Number.POSITIVE_INFINITY);
};

/** SQL that converts element `index` of the JSON array `r` to a value of the type. */
export const FROM_JSON: Readonly<Record<SqlType, (index: number) => string>> = {
  text: (index) => `r->>${index}`,
  bigint: (index) => `(r->>${index})::bigint`,
  integer: (index) => `(r->>${index})::integer`,
  'double precision': (index) => `(r->>${index})::double precision`,
  boolean: (index) => `(r->>${index})::boolean`,
  'timestamp with time zone': (index) => `(r->>${index})::timestamptz`,
  jsonb: (index) => `nullif(r->${index}, 'null')`,
  'text[]': (index) => `(r->>${index})::text[]`,
};
