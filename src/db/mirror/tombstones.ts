import { type SQL, sql } from 'drizzle-orm';
import { toJson } from '../../exact.ts';
import type { MirrorTable, Resource } from '../../resources/define.ts';
import { childrenOf, referringTo } from '../../resources/index.ts';
import { factsIn } from '../../route.ts';
import type { Executor } from '../connection/connect.ts';
import { isGiven } from '../row/provisional.ts';
import { reads, rereads, tombstones } from '../tables.ts';
import { lockParents } from './opening.ts';
import { inShare, type Share } from './rows.ts';

/** What proves a deletion: where the record was missing and which answer confirmed it. */
export type Evidence = Readonly<Record<string, unknown>>;

export interface Proof {
  /** The place in the order of requests before the first request of the proof. */
  readonly asked: bigint;
  /** The place taken after the last request was answered: only later requests can restore the record. */
  readonly answered: bigint;
  readonly scan: number | null;
  readonly evidence: Evidence;
}

const ids = (list: readonly string[]) => sql`${sql.param([...list])}::text[]`;

/**
 * Locks, in the order of their ids, the live rows that match a condition and that no answer has contained since the
 * proof began. Returns their ids.
 */
async function lockLive(tx: Executor, table: MirrorTable, which: SQL, asked: bigint) {
  const { rows } = await tx.execute<{ id: string }>(sql`
    SELECT id FROM ${table} WHERE ${which} AND _deleted_at IS NULL AND _order < ${asked}::bigint
     ORDER BY id FOR NO KEY UPDATE NOWAIT`);
  return rows.map(({ id }) => id);
}

async function mark(tx: Executor, resource: Resource, which: SQL, proof: Proof): Promise<readonly string[]> {
  const { table, name } = resource;
  const gone = await lockLive(tx, table, which, proof.asked);
  if (gone.length === 0) return gone;
  await tx.execute(sql`
    UPDATE ${table} SET _deleted_at = now(), _synced_at = now(), _order = ${proof.answered}::bigint
     WHERE id = ANY(${ids(gone)})`);
  await tx.execute(sql`
    INSERT INTO ${tombstones} (resource, record_id, scan_id, evidence)
    SELECT ${name}, id, ${proof.scan}::bigint, ${toJson(proof.evidence)}::jsonb FROM unnest(${ids(gone)}) AS id`);
  return gone;
}

/**
 * Marks the children of deleted records as deleted too. Drops the notes of their reads, so that they are read again
 * if a parent is restored.
 */
async function markChildren(tx: Executor, parent: Resource, gone: readonly string[], proof: Proof) {
  for (const child of childrenOf(parent)) {
    await lockParents(tx, child, gone);
    const which = sql`${sql.identifier(child.pull.foreignKey)} = ANY(${ids(gone)})`;
    const evidence = { parent: parent.name };
    const lost = await mark(tx, child, which, { ...proof, asked: proof.answered, scan: null, evidence });
    await tx.execute(
      sql`DELETE FROM ${reads} WHERE resource = ${child.name} AND record_id = ANY(${ids(gone)})`,
    );
    if (lost.length > 0) await markChildren(tx, child, lost, proof);
  }
}

/**
 * Queues the records that refer to deleted records to be fetched again: a merge moves them to another account, and
 * may leave no other trace. A record that is queued already gets a new time, because its present fetch may have been
 * sent before the deletion.
 */
async function rereadReferring(tx: Executor, resource: Resource, gone: readonly string[]): Promise<void> {
  for (const [{ name, table, get = '' }, column] of referringTo(resource)) {
    const facts = factsIn(get);
    const object = facts.map((fact) => sql`${fact}::text, row.${sql.identifier(fact)}`);
    await tx.execute(sql`
      INSERT INTO ${rereads} (resource, record_id, facts, reason)
      SELECT ${name}, row.id, jsonb_build_object(${sql.join(object, sql`, `)}), 'moved'
        FROM ${table} AS row
       WHERE row.${sql.identifier(column)} = ANY(${ids(gone)}) AND row._deleted_at IS NULL AND ${isGiven(sql`row.id`)}
       ORDER BY row.id
          ON CONFLICT (resource, record_id) DO UPDATE SET since = clock_timestamp()`);
  }
}

/**
 * Marks records and their children as deleted, and queues records that refer to them to be fetched again. Skips
 * records that an answer has contained since the proof began. Returns the ids that were marked. Must run inside a
 * writing transaction.
 *
 * @throws Postgres's `55P03` if another transaction has locked one of the rows; then the transaction must be rolled
 * back.
 */
export async function markDeleted(
  tx: Executor,
  resource: Resource,
  wanted: readonly string[],
  proof: Proof,
): Promise<readonly string[]> {
  if (wanted.length === 0) return [];
  const gone = await mark(tx, resource, sql`id = ANY(${ids(wanted)})`, proof);
  if (gone.length === 0) return gone;
  await markChildren(tx, resource, gone, proof);
  await rereadReferring(tx, resource, gone);
  return gone;
}

/** Notes in their tombstones that records were restored. */
export async function noteRestored(
  tx: Executor,
  resource: string,
  restored: readonly string[],
): Promise<void> {
  if (restored.length === 0) return;
  await tx.execute(sql`
    UPDATE ${tombstones} SET restored_at = now()
     WHERE resource = ${resource} AND record_id = ANY(${ids(restored)}) AND restored_at IS NULL`);
}

/**
 * Counts the deletions of the last 24 hours that were proved singly: not by a scan of the whole table, with a parent,
 * or by an edit. `share`: only those of rows in it.
 */
export async function countSingleDeletions(
  db: Executor,
  { name, table }: Resource,
  share?: Share,
): Promise<number> {
  const isIn =
    share === undefined ? sql`true` : sql`record_id IN (SELECT id FROM ${table} WHERE ${inShare(share)})`;
  const { rows } = await db.execute<{ count: number }>(sql`
    SELECT count(*)::float8 AS count FROM ${tombstones}
     WHERE resource = ${name} AND deleted_at > now() - interval '24 hours' AND restored_at IS NULL
       AND scan_id IS NULL AND NOT evidence ?| '{parent,edit}' AND ${isIn}`);
  return rows[0]?.count ?? 0;
}

/**
 * Locks the single deletions of a resource until the end of the transaction, so that counting and adding to them is
 * atomic.
 */
export async function lockDeletions(tx: Executor, resource: string): Promise<void> {
  await tx.execute(
    sql`SELECT pg_advisory_xact_lock(hashtextextended(${`pylon_sync deletions of ${resource}`}, 0))`,
  );
}
