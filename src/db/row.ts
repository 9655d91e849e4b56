import { getTableColumns } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { MirrorTable, PathFacts, PylonObject, Resource } from '../resources/define.ts';
import { type Covered, isObject, leftOver } from '../resources/fields.ts';
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

/** What a descriptor covers, in the form that `leftOver` takes. */
function coverage(resource: Resource): ReadonlyMap<string, true | Covered> {
  return new Map(
    Object.entries(resource.covered ?? {}).map(([key, inner]) => [
      key,
      inner === true ? true : Object.fromEntries(inner.map((name) => [name, true] as const)),
    ]),
  );
}

/** Fields that have no column, without what is covered and without nulls. */
function extraFields(
  object: PylonObject,
  columns: ReadonlySet<string>,
  coverage: ReadonlyMap<string, true | Covered>,
): Record<string, unknown> {
  const extra: Record<string, unknown> = {};
  for (const key in object) {
    const value = object[key];
    if (value == null || columns.has(key)) continue;
    const covered = coverage.get(key);
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
  const covered = coverage(resource);
  const volatile = new Set(resource.volatile);
  const idIndex = columns.findIndex((column) => column.name === 'id');

  return (value, facts = {}) => {
    const object = clean(value);
    if (!isObject(object)) return { payload: object, id: null, reason: 'not a JSON object' };
    const { _extra: derivedExtra, ...derived } = resource.derive?.(object, facts) ?? {};
    const extra = extraFields(object, names, covered);
    if (isObject(derivedExtra)) Object.assign(extra, derivedExtra);

    const values: unknown[] = [];
    const steady: unknown[] = [];
    for (const { name, type } of columns) {
      const found = derived[name] ?? object[name] ?? facts[name] ?? null;
      const fits = found === null || FITS[type](found);
      if (!fits) extra[name] = found;
      const value = !fits
        ? null
        : type === 'text[]' && found !== null
          ? arrayLiteral(found as string[])
          : found;
      values.push(value);
      if (!volatile.has(name)) steady.push(value);
    }
    const id = values[idIndex];
    if (typeof id !== 'string' || id === '') return { payload: object, id: null, reason: 'no id' };

    const hasExtra = Object.keys(extra).length > 0;
    if (hasExtra)
      steady.push(Object.fromEntries(Object.entries(extra).filter(([key]) => !volatile.has(key))));
    return { id, values, extra: hasExtra ? extra : null, hash: digest(steady) };
  };
}
