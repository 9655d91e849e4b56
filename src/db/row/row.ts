import { getTableColumns } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { ordered } from '../../canonical.ts';
import { parseJson, toJson } from '../../exact.ts';
import { isZeroTime } from '../../instant.ts';
import type { MirrorTable, PathFacts, PylonObject, Resource } from '../../resources/define.ts';
import { type Covered, idText, isObject, leftOver, put } from '../../resources/fields.ts';
import { clean, mayBeUnclean } from './clean.ts';
import { digestText } from './digest.ts';
import { arrayLiteral, FITS, type SqlType } from './fit.ts';

/** The columns that every mirror table has besides the resource's own. */
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

/** The same columns, volatile ones last: the order of `Row.json`. */
export function jsonColumns({ table, volatile = [] }: Resource): readonly OwnColumn[] {
  const columns = ownColumns(table);
  const moves = ({ name }: OwnColumn) => volatile.includes(name);
  return [...columns.filter((column) => !moves(column)), ...columns.filter(moves)];
}

/** An object converted for its table, reduced to what is written. */
export interface Row {
  readonly id: string;
  readonly hash: string;
  /** A JSON list: the values of `jsonColumns`, then the unknown fields or null, then the hash. */
  readonly json: string;
}

/** A row with the values that it was made of. */
export interface MappedRow extends Row {
  /** The values in the order of `ownColumns`, a `text[]` as a Postgres literal. */
  readonly values: readonly unknown[];
  /** Unknown fields, and values that did not fit their column; null if there are none. */
  readonly extra: Readonly<Record<string, unknown>> | null;
}

/** An object that cannot be converted to a row, and why. */
export interface Reject {
  readonly payload: unknown;
  readonly id: string | null;
  readonly reason: string;
}

export const isReject = (mapped: object | Reject): mapped is Reject => 'reason' in mapped;

/** The fields that a descriptor covers, in the form that `leftOver` takes. */
function coverage(resource: Resource): ReadonlyMap<string, true | Covered> {
  return new Map(
    Object.entries(resource.covered ?? {}).map(([key, inner]) => [
      key,
      inner === true ? true : Object.fromEntries(inner.map((name) => [name, true] as const)),
    ]),
  );
}

type Extra = Record<string, unknown>;

/** The fields without a column, except those that the descriptor covers and nulls; undefined if there are none. */
function extraFields(
  object: PylonObject,
  columns: ReadonlySet<string>,
  coverage: ReadonlyMap<string, true | Covered>,
): Extra | undefined {
  let extra: Extra | undefined;
  for (const key in object) {
    const value = object[key];
    if (value == null || columns.has(key)) continue;
    const covered = coverage.get(key);
    const uncovered = covered === undefined ? value : covered === true ? undefined : leftOver(value, covered);
    if (uncovered === undefined) continue;
    extra ??= {};
    put(extra, key, uncovered);
  }
  return extra;
}

const NULL = 'null';

const isZero = (value: unknown): boolean => typeof value === 'string' && isZeroTime(value);

/**
 * The JSON of the extra fields without volatile ones; `json` is the JSON of all. A zero time of a volatile column
 * counts as content: otherwise a row that still contains one from an earlier version would keep it.
 */
function lastingPart(extra: Extra, volatile: ReadonlySet<string>, json: string): string {
  const isLasting = (key: string) => !volatile.has(key) || isZero(extra[key]);
  const keys = Object.keys(extra);
  const lasting = keys.filter(isLasting);
  if (lasting.length === keys.length) return json;
  if (lasting.length === 0) return NULL;
  return toJson(ordered(Object.fromEntries(lasting.map((key) => [key, extra[key]]))));
}

/**
 * Returns a function that maps Pylon's objects of a resource to rows. Each own column takes what the descriptor
 * derives, else the field of its name, else the fact of the path. A value that does not fit its column becomes null
 * and is kept in `extra` under the column's name; so is every field without a column. A whole number as an id is
 * stored as text. An object without an id, or a
 * value that is not an object, is a `Reject`. Never throws.
 */
export function rowMapper(resource: Resource): (value: unknown, facts?: PathFacts) => MappedRow | Reject {
  const columns = ownColumns(resource.table);
  const names = new Set(columns.map((column) => column.name));
  const covered = coverage(resource);
  const volatile = new Set(resource.volatile);
  const idIndex = columns.findIndex((column) => column.name === 'id');

  const toRow = (object: unknown, facts: PathFacts): MappedRow | Reject => {
    if (!isObject(object)) return { payload: object, id: null, reason: 'not a JSON object' };
    const derived = resource.derive?.(object, facts) ?? {};
    let extra = extraFields(object, names, covered);
    if (isObject(derived._extra)) extra = { ...extra, ...derived._extra };

    const values: unknown[] = [];
    const steady: unknown[] = [];
    const moving: unknown[] = [];
    for (const { name, type } of columns) {
      const given = derived[name] ?? object[name] ?? facts[name] ?? null;
      const found = name === 'id' ? (idText(given) ?? given) : given;
      let value = found;
      if (found !== null && !FITS[type](found)) {
        extra ??= {};
        extra[name] = found;
        value = null;
      } else if (type === 'text[]' && found !== null) value = arrayLiteral(found as string[]);
      values.push(value);
      if (volatile.has(name)) moving.push(value);
      else steady.push(type === 'jsonb' ? ordered(value) : value);
    }
    const id = values[idIndex];
    if (typeof id !== 'string' || id === '') return { payload: object, id: null, reason: 'no id' };

    // Most of the row is digested: this converts it to text once, for both purposes.
    const lasting = toJson(steady);
    const rest = extra === undefined ? NULL : toJson(ordered(extra));
    const hash = digestText(lasting + (extra === undefined ? NULL : lastingPart(extra, volatile, rest)));
    const moves = moving.length === 0 ? '' : `${toJson(moving).slice(1, -1)},`;
    const json = `${lasting.slice(0, -1)},${moves}${rest},"${hash}"]`;
    return { id, values, extra: extra ?? null, hash, json };
  };

  return (value, facts = {}) => {
    const row = toRow(value, facts);
    if (!isReject(row) && !mayBeUnclean(row.json)) return row;
    const object = clean(value);
    return object === value ? row : toRow(object, facts);
  };
}

/** The same row with other values in some columns, each as `Row.json` has it. */
export function withValues(
  resource: Resource,
  { id, json }: Row,
  values: Readonly<Record<string, unknown>>,
): Row {
  const columns = jsonColumns(resource);
  const volatile = new Set(resource.volatile);
  const former = parseJson(json) as unknown[];
  const all = columns.map(({ name }, index) => values[name] ?? former[index]);
  const steady = all.slice(0, columns.length - volatile.size);
  const extra = former[columns.length] as Extra | null;
  const rest = toJson(extra);
  const hash = digestText(toJson(steady) + (extra === null ? NULL : lastingPart(extra, volatile, rest)));
  return { id, hash, json: `${toJson(all).slice(0, -1)},${rest},"${hash}"]` };
}

/** The columns of a row that are not null, and `_extra`, for people to read. */
export function readable(resource: Resource, { json }: Row): Readonly<Record<string, unknown>> {
  const values = parseJson(json) as unknown[];
  const names = [...jsonColumns(resource).map(({ name }) => name), '_extra'];
  return Object.fromEntries(
    names.flatMap((name, index) => (values[index] === null ? [] : [[name, values[index]]])),
  );
}
