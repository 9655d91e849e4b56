import { getTableColumns, sql } from 'drizzle-orm';
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

/**
 * Ids of the live rows of a parent that are not in `seen` and that no answer has contained since the place `asked` in
 * the order of requests.
 */
export async function missingUnder(
  db: Executor,
  {
    table,
    column,
    parent,
  }: { readonly table: MirrorTable; readonly column: string; readonly parent: string },
  seen: readonly string[],
  asked: bigint,
): Promise<readonly string[]> {
  const { rows } = await db.execute<{ id: string }>(sql`
    SELECT id FROM ${table}
     WHERE ${sql.identifier(column)} = ${parent} AND _deleted_at IS NULL AND _order < ${asked}::bigint
       AND ${isGiven(sql`id`)} AND NOT (id = ANY(${sql.param([...seen])}::text[]))
     ORDER BY id`);
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

export async function countLive(db: Executor, table: MirrorTable): Promise<number> {
  const { rows } = await db.execute<{ live: number }>(
    sql`SELECT count(*)::float8 AS live FROM ${table} WHERE _deleted_at IS NULL`,
  );
  return rows[0]?.live ?? 0;
}

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
