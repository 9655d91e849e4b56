import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Resource } from '../../resources/define.ts';
import { childrenOf } from '../../resources/index.ts';
import type { Executor } from '../connection/connect.ts';
import { ERASED } from '../mirror/history.ts';
import { type Rule, walking } from './parts.ts';

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

/** SQL: the assignments that empty a row. What remains shows that the record was deleted, and when. */
function emptying(resource: Resource): SQL {
  const emptied = contentOf(resource).map((name) => sql`${sql.identifier(name)} = NULL`);
  return sql.join([...emptied, sql`_extra = NULL, _hash = ${ERASED}, _synced_at = now()`], sql`, `);
}

/** SQL: whether a row of an alias is that of a deleted record, and still has content. */
export const hasContent = (of: string): SQL =>
  sql`${sql.raw(of)}._deleted_at IS NOT NULL AND ${sql.raw(of)}._hash <> ${ERASED}`;

/**
 * Empties the rows of records that were deleted before `old`, those deleted first first. An emptied row still shows
 * that the record was deleted, and keeps older answers from being stored.
 */
export const oldContent = (resource: Resource, old: SQL): Rule =>
  walking({
    table: sql`${resource.table}`,
    key: [
      ['_deleted_at', 'timestamptz'],
      ['id', 'text'],
    ],
    which: sql`old._deleted_at < ${old}`,
    doomed: hasContent('old'),
    set: emptying(resource),
  });

/**
 * Empties the rows with these ids whose records were deleted. Must run in a transaction that is marked as the daemon's.
 * Returns the number of rows.
 */
export async function emptyRows(tx: Executor, resource: Resource, ids: SQL): Promise<number> {
  const { table } = resource;
  const { rowCount } = await tx.execute(
    sql`UPDATE ${table} AS row SET ${emptying(resource)} WHERE row.id = ANY(${ids}) AND ${hasContent('row')}`,
  );
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
