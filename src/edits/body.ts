import { withoutNulls } from '../canonical.ts';
import { epochOf, formatInstant } from '../instant.ts';
import type { Resource } from '../resources/define.ts';
import type { Kind, WriteColumn, Writes } from '../resources/writes.ts';
import { placeholdersIn } from '../route.ts';
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

/** The same in a map by slug, where an empty value clears. */
const mapped = (custom: readonly Values[]): Values =>
  Object.fromEntries(
    custom.map(({ slug, ...given }) => [
      String(slug),
      Object.keys(given).length === 0 ? { value: '' } : given,
    ]),
  );

/** Custom fields by slug, in the form in which a request contains them. */
export const customFieldsOf = (fields: Values): readonly Values[] =>
  Object.entries(fields).map(([slug, value]) => customField(slug, value));

const distinct = (value: unknown): unknown => (Array.isArray(value) ? [...new Set(value)] : value);

/** A value as Pylon accepts it: instants in UTC and whole seconds. */
function written(value: unknown): unknown {
  const at = typeof value === 'string' ? epochOf(value) : undefined;
  return at === undefined ? value : formatInstant(at);
}

/** A body as it is sent, without nulls anywhere: Pylon accepts none. */
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
  const isMap = writes?.columns.custom_fields?.as === 'map';
  if (custom.length > 0) body.custom_fields = isMap ? mapped(custom) : custom;
  const more = Object.entries(writes?.also?.(body, row) ?? {});
  for (const [field, value] of more) {
    if (value === undefined) delete body[field];
    else body[field] = value;
  }
  return sendable(body);
}

/** The values of the placeholders of all routes of a record but its id. */
export function factsOf({ get, writes }: Resource, row: Values): Readonly<Record<string, string>> {
  const routes = [get, writes?.update, writes?.create?.path, writes?.remove];
  const { id: _, ...facts } = paramsOf(routes.filter((route) => route !== undefined).join(''), '', row);
  return facts;
}

/** The values of a route's placeholders, from a record's id and its row. */
export function paramsOf(route: string, id: string, row: Values): Readonly<Record<string, string>> {
  return Object.fromEntries(
    placeholdersIn(route).map((name) => [name, name === 'id' ? id : String(row[name] ?? '')]),
  );
}
