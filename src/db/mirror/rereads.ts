import { and, eq, sql } from 'drizzle-orm';
import { toJson } from '../../exact.ts';
import type { PathFacts, Resource } from '../../resources/define.ts';
import { resourceNamed } from '../../resources/index.ts';
import type { Database, Executor } from '../connection/connect.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';
import { rereads } from '../tables.ts';

/** Why a record is to be read again. */
export type RereadReason = 'held' | 'hint' | 'moved' | 'missing';

export interface Reread {
  readonly id: string;
  readonly facts: PathFacts;
  /** When it was asked for last: one that is asked for again meanwhile is read again. */
  readonly since: string;
  readonly reason: RereadReason;
}

/** Notes records to read again; in the transaction that had to leave them. */
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

/** Which of the waiting records to name. */
interface Waiting {
  readonly reason?: RereadReason;
  readonly limit?: number;
  /** Ids to leave out. */
  readonly except?: readonly string[];
}

/**
 * Records of a resource that wait to be read again, the longest waiting first: a merge can move any number of them,
 * so these come after all others.
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

/** Resources of which records wait to be read again. */
export async function waitingResources(db: Executor): Promise<readonly string[]> {
  const rows = await db.selectDistinct({ resource: rereads.resource }).from(rereads);
  return rows.map(({ resource }) => resource);
}

/** Takes a record off the list, unless it was asked for again since. */
export async function dropReread(
  db: Database,
  lease: Lease,
  resource: string,
  { id, since }: Pick<Reread, 'id' | 'since'>,
): Promise<void> {
  await writing(db, lease, (tx) =>
    tx
      .delete(rereads)
      .where(and(eq(rereads.resource, resource), eq(rereads.record_id, id), eq(rereads.since, since))),
  );
}

/**
 * Takes records off the list that were on it because they named what is gone, and have been read since: they do not
 * any more.
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

/** Takes all records of a resource off the list. */
export async function dropRereadsOf(db: Database, lease: Lease, resource: string): Promise<void> {
  await writing(db, lease, (tx) => tx.delete(rereads).where(eq(rereads.resource, resource)));
}
