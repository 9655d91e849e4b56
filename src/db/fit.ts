import { isValidInstant } from './instant.ts';

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

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);

/** For each type, whether Postgres takes the JSON value as it is: no value is bent to fit. */
export const FITS: Readonly<Record<SqlType, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  bigint: isWhole,
  integer: (value) => isWhole(value) && Math.abs(value) <= 0x7fff_ffff,
  'double precision': (value) => typeof value === 'number' && Number.isFinite(value),
  boolean: (value) => typeof value === 'boolean',
  'timestamp with time zone': (value) => typeof value === 'string' && isValidInstant(value),
  jsonb: () => true,
  'text[]': (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
};

/** A text array in Postgres's own notation: one cast of a string is cheaper than unpacking JSON. */
export function arrayLiteral(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replace(/[\\"]/g, '\\$&')}"`).join(',')}}`;
}

/** SQL that turns place `index` of the JSON array `r` into a value of the type. */
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
