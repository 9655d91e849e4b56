import { and, eq, sql } from 'drizzle-orm';
import type { PathFacts } from '../resources/define.ts';
import type { Executor } from './connect.ts';
import { rereads } from './tables.ts';

export interface Reread {
  readonly id: string;
  readonly facts: PathFacts;
}

/** Notes records to read again; in the transaction that had to leave them. */
export async function noteRereads(
  tx: Executor,
  resource: string,
  ids: readonly string[],
  facts: PathFacts,
): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .insert(rereads)
    .values(ids.map((id) => ({ resource, record_id: id, facts })))
    .onConflictDoUpdate({
      target: [rereads.resource, rereads.record_id],
      set: { facts: sql`excluded.facts` },
    });
}

/** Records of a resource that wait to be read again. */
export async function readRereads(db: Executor, resource: string): Promise<readonly Reread[]> {
  const rows = await db
    .select({ id: rereads.record_id, facts: rereads.facts })
    .from(rereads)
    .where(eq(rereads.resource, resource))
    .orderBy(rereads.record_id);
  return rows as Reread[];
}

/** Takes a record off the list. */
export async function dropReread(tx: Executor, resource: string, id: string): Promise<void> {
  await tx.delete(rereads).where(and(eq(rereads.resource, resource), eq(rereads.record_id, id)));
}
