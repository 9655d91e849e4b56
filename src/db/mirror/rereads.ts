import { and, eq, sql } from 'drizzle-orm';
import { toJson } from '../../exact.ts';
import type { PathFacts, Resource } from '../../resources/define.ts';
import { resourceNamed } from '../../resources/index.ts';
import type { Database, Executor } from '../connection/connect.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';
import { rereads } from '../tables.ts';

/** Why a record is queued to be fetched again. `held`: its row was locked. */
export type RereadReason = 'held' | 'hint' | 'moved' | 'missing';

export interface Reread {
  readonly id: string;
  readonly facts: PathFacts;
  /** When it was queued last: a record that is queued again while it is fetched stays queued. */
  readonly since: string;
  readonly reason: RereadReason;
}

/** Queues records to be fetched again. Must run in the transaction that had to skip them. */
export async function noteRereads(
  tx: Executor,
  resource: string,
  ids: readonly string[],
  facts: PathFacts,
  reason: RereadReason = 'held',
): Promise<void> {
  if (ids.length === 0) return;
  await tx.execute(sql`
    INSERT INTO ${rereads} (resource, record_id, facts, reason)
    SELECT ${resource}, id, ${toJson(facts)}::jsonb, ${reason} FROM unnest(${sql.param([...ids])}::text[]) AS id
        ON CONFLICT (resource, record_id)
        DO UPDATE SET facts = excluded.facts, reason = excluded.reason, since = clock_timestamp()`);
}

/** Which of the queued records to return. */
interface Waiting {
  readonly reason?: RereadReason;
  readonly limit?: number;
  /** Ids to leave out. */
  readonly except?: readonly string[];
}

/**
 * The queued records of a resource, oldest first. Those that a merge moved come last, because there can be any number
 * of them.
 */
export async function readRereads(
  db: Executor,
  resource: string,
  { reason, limit = 1_000, except = [] }: Waiting = {},
): Promise<readonly Reread[]> {
  const rows = await db
    .select({
      id: rereads.record_id,
      facts: rereads.facts,
      since: rereads.since,
      reason: rereads.reason,
    })
    .from(rereads)
    .where(
      and(
        eq(rereads.resource, resource),
        reason === undefined ? undefined : eq(rereads.reason, reason),
        sql`NOT (${rereads.record_id} = ANY(${sql.param([...except])}::text[]))`,
      ),
    )
    .orderBy(sql`${rereads.reason} = 'moved'`, rereads.since, rereads.record_id)
    .limit(limit);
  return rows as Reread[];
}

/** Names of the resources with queued records. */
export async function waitingResources(db: Executor): Promise<readonly string[]> {
  const rows = await db.selectDistinct({ resource: rereads.resource }).from(rereads);
  return rows.map(({ resource }) => resource);
}

/** Removes records from the queue, those that were queued again since excepted. */
export async function dropRereads(
  tx: Executor,
  resource: string,
  which: readonly Pick<Reread, 'id' | 'since'>[],
): Promise<void> {
  if (which.length === 0) return;
  const [ids, times] = [which.map(({ id }) => id), which.map(({ since }) => since)];
  await tx.execute(sql`
    DELETE FROM ${rereads} AS waiting
     USING unnest(${sql.param(ids)}::text[], ${sql.param(times)}::timestamptz[]) AS done(id, since)
     WHERE waiting.resource = ${resource} AND waiting.record_id = done.id AND waiting.since = done.since`);
}

/**
 * Removes records from the queue that were queued because they referred to a deleted record, if their rows no longer
 * refer to one: they have been read since.
 */
export async function dropMoved(
  db: Database,
  lease: Lease,
  { name, table, refers = {} }: Resource,
  ids: readonly string[],
): Promise<void> {
  const namesGone = Object.entries(refers).map(
    ([column, named]) => sql`EXISTS (
      SELECT FROM ${resourceNamed(named).table} AS named
       WHERE named.id = row.${sql.identifier(column)} AND named._deleted_at IS NOT NULL)`,
  );
  if (namesGone.length === 0) return;
  await writing(db, lease, (tx) =>
    tx.execute(sql`
      DELETE FROM ${rereads} AS waiting USING ${table} AS row
       WHERE waiting.resource = ${name} AND waiting.reason = 'moved' AND waiting.record_id = ANY(${sql.param([...ids])}::text[])
         AND row.id = waiting.record_id AND NOT (${sql.join(namesGone, sql` OR `)})`),
  );
}

/** Removes all records of a resource from the queue. */
export async function dropRereadsOf(db: Database, lease: Lease, resource: string): Promise<void> {
  await writing(db, lease, (tx) => tx.delete(rereads).where(eq(rereads.resource, resource)));
}
