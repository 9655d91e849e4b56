import { sql } from 'drizzle-orm';
import { TransientError } from '../../errors.ts';
import type { PathFacts, Resource } from '../../resources/define.ts';
import { resourceNamed } from '../../resources/index.ts';
import type { Executor } from '../connection/connect.ts';

/** The parent of rows was marked as deleted after the rows were requested: they are deleted with it. */
export class ParentGoneError extends TransientError {
  override name = 'ParentGoneError';
}

/**
 * Locks the children of parents until the end of the transaction: no other transaction can store them or mark them as
 * deleted with a parent, so that each sees the other's work complete. The locks are advisory, so that edits of a
 * parent are not blocked.
 */
export async function lockParents(tx: Executor, child: Resource, parents: readonly string[]): Promise<void> {
  const keys = parents.map((id) => `pylon_sync ${child.name} of ${id}`).sort();
  await tx.execute(sql`
    SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest(${sql.param(keys)}::text[]) AS key`);
}

/**
 * Locks the children of the parent that rows belong to; does nothing if the resource has no parent.
 *
 * @throws ParentGoneError if the parent is marked as deleted.
 */
export async function lockParentForInsert(tx: Executor, child: Resource, facts: PathFacts): Promise<void> {
  if (child.pull.by !== 'parent') return;
  const parent = String(facts[child.pull.foreignKey]);
  await lockParents(tx, child, [parent]);
  // A separate statement, so that it sees what was committed while the previous one waited for the lock.
  const { rows } = await tx.execute(sql`
    SELECT FROM ${resourceNamed(child.pull.parent).table} WHERE id = ${parent} AND _deleted_at IS NOT NULL`);
  if (rows.length > 0)
    throw new ParentGoneError(`${child.pull.parent} ${parent} is gone, and its ${child.name} with it`);
}
