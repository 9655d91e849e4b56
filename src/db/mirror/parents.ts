import { sql } from 'drizzle-orm';
import { TransientError } from '../../errors.ts';
import type { PathFacts, Resource } from '../../resources/define.ts';
import { resourceNamed } from '../../resources/index.ts';
import type { Executor } from '../connection/connect.ts';

/** The record that rows hang on was marked as gone since they were asked for: they are gone with it. */
export class ParentGoneError extends TransientError {
  override name = 'ParentGoneError';
}

/**
 * Lets, until the end of the transaction, nobody else store children of these parents, nor mark them gone with
 * them: either sees the other's work whole. Held by no row, so that nobody who edits a parent is in the way.
 */
export async function lockParents(tx: Executor, child: Resource, parents: readonly string[]): Promise<void> {
  const keys = parents.map((id) => `pylon_sync ${child.name} of ${id}`).sort();
  await tx.execute(sql`
    SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest(${sql.param(keys)}::text[]) AS key`);
}

/**
 * Locks the family that rows belong to, where they hang on another record.
 *
 * @throws ParentGoneError when that record is marked as gone.
 */
export async function lockParentForInsert(tx: Executor, child: Resource, facts: PathFacts): Promise<void> {
  if (child.pull.by !== 'parent') return;
  const parent = String(facts[child.pull.foreignKey]);
  await lockParents(tx, child, [parent]);
  // In a statement of its own: what was committed while this one waited for the lock is in its view.
  const { rows } = await tx.execute(sql`
    SELECT FROM ${resourceNamed(child.pull.parent).table} WHERE id = ${parent} AND _deleted_at IS NOT NULL`);
  if (rows.length > 0)
    throw new ParentGoneError(`${child.pull.parent} ${parent} is gone, and its ${child.name} with it`);
}
