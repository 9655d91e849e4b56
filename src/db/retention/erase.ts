import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { MirrorTable, Resource } from '../../resources/define.ts';
import { childrenOf } from '../../resources/index.ts';
import type { Executor } from '../connection/connect.ts';
import { ERASED } from '../mirror/history.ts';

/**
 * The columns that are emptied: all except those that identify the row, the mirror's own, and those that cannot be
 * null.
 */
function contentOf({ table, pull }: Resource): readonly string[] {
  const identifying = ['id', ...(pull.by === 'parent' ? [pull.foreignKey] : [])];
  const columns: Readonly<Record<string, { readonly notNull: boolean }>> = getTableColumns(table);
  return Object.entries(columns)
    .filter(([name, { notNull }]) => !notNull && !name.startsWith('_') && !identifying.includes(name))
    .map(([name]) => name);
}

/** A query for the rows of deleted records that still have content and match a condition. */
const deletedWithContent = (table: MirrorTable, which: SQL): SQL =>
  sql`SELECT id FROM ${table} WHERE _deleted_at IS NOT NULL AND _hash <> ${ERASED} AND ${which}`;

/**
 * Empties the rows of deleted records. With a `limit`, empties at most so many and skips locked ones. The emptied row
 * still shows that the record was deleted, and keeps older answers from being stored. Must run in a transaction that
 * is marked as the daemon's. Returns the number of rows.
 */
export async function eraseGone(
  tx: Executor,
  resource: Resource,
  which: SQL,
  limit?: number,
): Promise<number> {
  const { table } = resource;
  const few = limit === undefined ? sql`` : sql`LIMIT ${limit}`;
  const skipLocked = limit === undefined ? sql`` : sql`SKIP LOCKED`;
  const emptied = contentOf(resource).map((name) => sql`${sql.identifier(name)} = NULL`);
  const { rowCount } = await tx.execute(sql`
    UPDATE ${table} SET ${sql.join([...emptied, sql`_extra = NULL, _hash = ${ERASED}, _synced_at = now()`], sql`, `)}
     WHERE id IN (${deletedWithContent(table, which)} ORDER BY id ${few} FOR NO KEY UPDATE ${skipLocked})`);
  return rowCount ?? 0;
}

/**
 * The child resources of a resource and their children, each with the SQL condition that finds the children of the
 * records that match `which`.
 */
export function descendants(resource: Resource, which: SQL): readonly (readonly [Resource, SQL])[] {
  return childrenOf(resource).flatMap((child) => {
    const owned = sql`${sql.identifier(child.pull.foreignKey)} IN (SELECT id FROM ${resource.table} WHERE ${which})`;
    return [[child, owned] as const, ...descendants(child, owned)];
  });
}
