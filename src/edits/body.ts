import type { Resource } from '../resources/define.ts';
import { isObject, put } from '../resources/fields.ts';
import type { Kind, WriteColumn, Writes } from '../resources/writes.ts';
import type { Field, Values } from './merge.ts';

/** The kinds of a resource's writable columns. */
export function kindsOf({ writes }: Pick<Resource, 'writes'>): Readonly<Record<string, Kind>> {
  return Object.fromEntries(
    Object.entries(writes?.columns ?? {}).map(([column, { kind }]) => [column, kind]),
  );
}

/** Whether a column can be written by an operation. */
export const takes = ({ only }: WriteColumn, operation: 'create' | 'update'): boolean =>
  only === undefined || only === operation;

/** Columns that can be written by an operation, in the table's order. */
export function writableColumns(
  writes: Writes | undefined,
  operation: 'create' | 'update',
): readonly string[] {
  const has = operation === 'create' ? writes?.create : writes?.update;
  if (writes === undefined || has === undefined) return [];
  return Object.entries(writes.columns)
    .filter(([, column]) => takes(column, operation))
    .map(([name]) => name);
}

/** A custom field as a request contains it. One without a value is cleared. */
function customField(slug: string, value: unknown): Values {
  if (value == null || value === '' || (Array.isArray(value) && value.length === 0)) return { slug };
  return Array.isArray(value) ? { slug, values: value.map(String) } : { slug, value: String(value) };
}

const distinct = (value: unknown): unknown => (Array.isArray(value) ? [...new Set(value)] : value);

const instant = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d(:?\d\d)?)$/;

/** A value as Pylon accepts it: instants in UTC and whole seconds. */
function written(value: unknown): unknown {
  if (typeof value !== 'string' || !instant.test(value)) return value;
  const at = Date.parse(value.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'));
  return Number.isNaN(at) ? value : new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** A value without nulls: Pylon sends null for what is not set, but accepts it nowhere. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item != null).map(withoutNulls);
  if (!isObject(value)) return value;
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(value)) if (value[key] != null) put(kept, key, withoutNulls(value[key]));
  return kept;
}

/** A body as it is sent, without nulls anywhere. */
export const sendable = (body: Values): Values => withoutNulls(body) as Values;

/**
 * The body that writes fields: only these, with the names and shapes that Pylon accepts. `row` is the row after the
 * edit, from which other parts of the body are derived.
 */
export function bodyOf(
  { writes }: Pick<Resource, 'writes'>,
  fields: readonly (Pick<Field, 'column' | 'slug'> & { readonly value: unknown })[],
  row: Values,
): Values {
  const body: Record<string, unknown> = {};
  const custom: Values[] = [];
  for (const { column, slug, value } of fields) {
    const how = writes?.columns[column];
    if (how === undefined) continue;
    if (slug !== undefined) {
      custom.push(customField(slug, value));
      continue;
    }
    const field = how.field ?? column;
    const given = value == null ? how.empty : written(how.kind === 'set' ? distinct(value) : value);
    // If two columns share a field (a user or a contact), the one with a value is sent.
    if (given === undefined || (given === '' && body[field] !== undefined)) continue;
    body[field] = given;
  }
  if (custom.length > 0) body.custom_fields = custom;
  const more = Object.entries(writes?.also?.(body, row) ?? {});
  for (const [field, value] of more) {
    if (value === undefined) delete body[field];
    else body[field] = value;
  }
  return sendable(body);
}

/** Names of a route's placeholders except `id`. */
export const namesIn = (route: string): readonly string[] =>
  [...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').filter((name) => name !== 'id');

/** The values of a route's placeholders, from a record's id and its row. */
export function paramsOf(route: string, id: string, row: Values): Readonly<Record<string, string>> {
  const names = [...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
  return Object.fromEntries(names.map((name) => [name, name === 'id' ? id : String(row[name] ?? '')]));
}
