import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { MirrorTable } from '../../resources/define.ts';
import type { Executor } from '../connection/connect.ts';
import { isGiven } from '../row/provisional.ts';

/** The current row of a parent; undefined if there is none. */
export async function readRow(
  db: Executor,
  table: MirrorTable,
  id: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const columns = Object.keys(getTableColumns(table)).map((column) => sql`${sql.identifier(column)}`);
  const { rows } = await db.execute(sql`SELECT ${sql.join(columns, sql`, `)} FROM ${table} WHERE id = ${id}`);
  return rows[0];
}

/** The rows of several records, with all their columns. */
export async function readRows(
  db: Executor,
  table: MirrorTable,
  ids: readonly string[],
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const columns = Object.keys(getTableColumns(table)).map((column) => sql`${sql.identifier(column)}`);
  const { rows } = await db.execute(
    sql`SELECT ${sql.join(columns, sql`, `)} FROM ${table} WHERE id = ANY(${sql.param([...ids])}::text[])`,
  );
  return rows;
}

/** Whether the table has a live row with this id. */
export async function isLive(db: Executor, table: MirrorTable, id: string): Promise<boolean> {
  const { rows } = await db.execute(sql`SELECT FROM ${table} WHERE id = ${id} AND _deleted_at IS NULL`);
  return rows.length > 0;
}

/** A complete listing of the children of a parent. */
export interface Listed {
  readonly parent: string;
  readonly seen: readonly string[];
  /** A place in the order of requests, taken before the first request. */
  readonly asked: bigint;
}

/**
 * SQL for the live rows that complete listings of their parents did not see, and that no answer has contained since:
 * their ids and those of their parents.
 */
export function missingRows(table: MirrorTable, foreignKey: string, listings: readonly Listed[]): SQL {
  const parent = sql`row.${sql.identifier(foreignKey)}`;
  const parents = listings.map((listed) => listed.parent);
  const places = listings.map(({ asked }) => `${asked}`);
  const seen = listings.flatMap((listed) => listed.seen);
  return sql`
    SELECT row.id, listed.parent
      FROM unnest(${sql.param(parents)}::text[], ${sql.param(places)}::bigint[]) AS listed(parent, asked)
      JOIN ${table} AS row ON ${parent} = listed.parent
     WHERE row._deleted_at IS NULL AND row._order < listed.asked
       AND ${isGiven(sql`row.id`)} AND NOT (row.id = ANY(${sql.param(seen)}::text[]))
     ORDER BY row.id`;
}

/** Ids of the rows that a complete listing of their parent lacks, in ascending order. */
export async function missingUnder(
  db: Executor,
  table: MirrorTable,
  foreignKey: string,
  listed: Listed,
): Promise<readonly string[]> {
  const { rows } = await db.execute<{ id: string }>(missingRows(table, foreignKey, [listed]));
  return rows.map(({ id }) => id);
}

/** Ids of live rows that Pylon has given, in ascending order, after one. */
export async function liveIds(
  db: Executor,
  table: MirrorTable,
  limit: number,
  after: string,
): Promise<readonly string[]> {
  const { rows } = await db.execute<{ id: string }>(sql`
    SELECT id FROM ${table}
     WHERE _deleted_at IS NULL AND id > ${after} AND ${isGiven(sql`id`)} ORDER BY id LIMIT ${limit}`);
  return rows.map(({ id }) => id);
}

/** The values of a text column in live rows, in ascending order. */
export async function distinctValues(
  db: Executor,
  table: MirrorTable,
  column: string,
): Promise<readonly string[]> {
  const { rows } = await db.execute<{ value: string }>(sql`
    SELECT DISTINCT ${sql.identifier(column)} AS value FROM ${table}
     WHERE _deleted_at IS NULL AND ${sql.identifier(column)} <> '' ORDER BY value`);
  return rows.map(({ value }) => value);
}

/** Rows of a table with one value in a column. */
export interface Share {
  readonly column: string;
  readonly value: string;
}

/** Counts the live rows of a table, or of a share of it. */
export async function countLive(db: Executor, table: MirrorTable, share?: Share): Promise<number> {
  const { rows } = await db.execute<{ live: number }>(
    sql`SELECT count(*)::float8 AS live FROM ${table} WHERE _deleted_at IS NULL AND ${inShare(share)}`,
  );
  return rows[0]?.live ?? 0;
}

/** SQL: whether a row of the table is in the share. */
export const inShare = (share: Share | undefined): SQL =>
  share === undefined ? sql`true` : sql`${sql.identifier(share.column)} = ${share.value}`;

/**
 * When a live row's object was created, in epoch milliseconds; undefined if there is no such row or its `created_at`
 * is null.
 */
export async function readCreated(db: Executor, table: MirrorTable, id: string): Promise<number | undefined> {
  const { rows } = await db.execute<{ at: number | null }>(sql`
    SELECT (extract(epoch FROM created_at) * 1000)::float8 AS at FROM ${table}
     WHERE id = ${id} AND _deleted_at IS NULL`);
  return rows[0]?.at ?? undefined;
}

/**
 * Estimates how many rows a table still lacks, if its objects are numbered from 1: the greatest number says how many
 * objects were ever created, and the newest are read first. Deleted objects count too. 0 for a table without numbers.
 */
export async function countUnseen(db: Executor, table: MirrorTable): Promise<number> {
  if (!('number' in table)) return 0;
  const { rows } = await db.execute<{ unseen: number }>(
    sql`SELECT greatest(0, coalesce(max(number), 0) - count(*))::float8 AS unseen FROM ${table}`,
  );
  return rows[0]?.unseen ?? 0;
}
