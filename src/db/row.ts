import { getTableColumns } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { MirrorTable, PathFacts, PylonObject, Resource } from '../resources/define.ts';
import { clean } from './clean.ts';
import { digest } from './digest.ts';
import { arrayLiteral, FITS, type SqlType } from './fit.ts';

/** The columns every mirror table has beside the resource's own. */
const META = new Set(['_synced_at', '_deleted_at', '_extra', '_hash', '_order']);

export interface OwnColumn {
  readonly name: string;
  readonly type: SqlType;
}

/** The resource's own columns, in the table's order: the order of `Row.values`. */
export function ownColumns(table: MirrorTable): readonly OwnColumn[] {
  const columns: Record<string, PgColumn> = getTableColumns(table);
  return Object.entries(columns)
    .filter(([name]) => !META.has(name))
    .map(([name, column]) => {
      const type = column.getSQLType();
      if (!(type in FITS)) throw new TypeError(`column ${name}: no mapping for type ${type}`);
      return { name, type: type as SqlType };
    });
}

/** An object made ready for its table. */
export interface Row {
  readonly id: string;
  /** One value a column of `ownColumns`, `text[]` in Postgres's notation. */
  readonly values: readonly unknown[];
  /** Unknown fields, and values that did not fit; null when none. */
  readonly extra: Readonly<Record<string, unknown>> | null;
  readonly hash: string;
}

/** An object that cannot be a row. */
export interface Reject {
  readonly payload: unknown;
  readonly id: string | null;
  readonly reason: string;
}

export const isReject = (row: Row | Reject): row is Reject => 'reason' in row;

const isObject = (value: unknown): value is PylonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is left of an object without the covered keys and without nulls; undefined when nothing is. */
function leftOver(value: unknown, covered: readonly string[]): unknown {
  if (!isObject(value)) return typeof value === 'string' && covered.includes('id') ? undefined : value;
  const rest = Object.entries(value).filter(([key, inner]) => !covered.includes(key) && inner != null);
  return rest.length === 0 ? undefined : Object.fromEntries(rest);
}

function extraFields(resource: Resource, object: PylonObject, columns: ReadonlySet<string>) {
  const extra: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) {
    if (value == null || columns.has(key)) continue;
    const covered = resource.covered?.[key];
    const kept = covered === undefined ? value : covered === true ? undefined : leftOver(value, covered);
    if (kept !== undefined) extra[key] = kept;
  }
  return extra;
}

/**
 * Returns a function that maps Pylon's objects of a resource to rows. Each own column takes what the
 * descriptor derives, else the field of its name, else the fact of the path. A value that does not fit its
 * column becomes null and is kept in `extra` under the column's name; so is every field without a column.
 * An object without an id, or that is no object, is a `Reject`. Never throws.
 */
export function rowMapper(resource: Resource): (value: unknown, facts?: PathFacts) => Row | Reject {
  const columns = ownColumns(resource.table);
  const names = new Set(columns.map((column) => column.name));
  const volatile = new Set(resource.volatile);
  const steady = columns.map((column) => !volatile.has(column.name));

  return (value, facts = {}) => {
    const object = clean(value);
    if (!isObject(object)) return { payload: object, id: null, reason: 'not a JSON object' };
    const { _extra: derivedExtra, ...derived } = resource.derive?.(object, facts) ?? {};
    const extra = extraFields(resource, object, names);
    if (isObject(derivedExtra)) Object.assign(extra, derivedExtra);

    const values = columns.map(({ name, type }) => {
      const found = derived[name] ?? object[name] ?? facts[name];
      if (found == null) return null;
      if (FITS[type](found)) return type === 'text[]' ? arrayLiteral(found as string[]) : found;
      extra[name] = found;
      return null;
    });
    const id = values[columns.findIndex((column) => column.name === 'id')];
    if (typeof id !== 'string' || id === '') return { payload: object, id: null, reason: 'no id' };

    const steadyExtra = Object.entries(extra).filter(([key]) => !volatile.has(key));
    const hash = digest([values.filter((_, index) => steady[index]), Object.fromEntries(steadyExtra)]);
    return { id, values, extra: Object.keys(extra).length === 0 ? null : extra, hash };
  };
}
