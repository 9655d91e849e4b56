import { type SQL, sql } from 'drizzle-orm';
import { toJson } from '../../exact.ts';
import type { MirrorTable, Resource } from '../../resources/define.ts';
import { childrenOf, referringTo } from '../../resources/index.ts';
import type { Executor } from '../connection/connect.ts';
import { isGiven } from '../row/provisional.ts';
import { reads, rereads, tombstones } from '../tables.ts';
import { lockParents } from './parents.ts';

/** What proves a deletion: where the record was missing, and what confirmed it. */
export type Evidence = Readonly<Record<string, unknown>>;

export interface Proof {
  /** Taken from the order of requests before the first one that the proof rests on. */
  readonly asked: bigint;
  /** Taken after the last one was answered: only what is asked later can bring the record back. */
  readonly answered: bigint;
  readonly scan: number | null;
  readonly evidence: Evidence;
}

const ids = (list: readonly string[]) => sql`${sql.param([...list])}::text[]`;

/** Live rows that a condition picks and that nothing answered since the proof began, locked in the order of their ids. */
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

/** Whatever hangs on deleted records is gone with them, and would be read again if these came back. */
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
 * What names deleted records is read again: a merge moves it to another account, and may leave no other trace.
 * What is being read again at this moment was perhaps asked for before.
 */
async function rereadReferring(tx: Executor, resource: Resource, gone: readonly string[]): Promise<void> {
  for (const [{ name, table, get = '' }, column] of referringTo(resource)) {
    const facts = [...get.matchAll(/\{(\w+)\}/g)]
      .map(([, fact]) => fact ?? '')
      .filter((fact) => fact !== 'id');
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
 * Marks records as deleted, with all that hangs on them, and notes what refers to them to be read again.
 * A record that was answered after the proof began is left alone. Returns the ids that were marked. Must run
 * inside a writing transaction.
 *
 * @throws a `55P03` of Postgres when another transaction holds one of the rows: nothing is marked then.
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

/** Notes that records marked as deleted were seen again. */
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

/** Deletions of the last 24 hours that no scan of the whole table proved, those of parents aside. */
export async function countSingleDeletions(db: Executor, resource: string): Promise<number> {
  const { rows } = await db.execute<{ count: number }>(sql`
    SELECT count(*)::float8 AS count FROM ${tombstones}
     WHERE resource = ${resource} AND deleted_at > now() - interval '24 hours' AND restored_at IS NULL
       AND scan_id IS NULL AND NOT evidence ?| '{parent,edit}'`);
  return rows[0]?.count ?? 0;
}

/** Lets nobody else, until the end of the transaction, count and add to such deletions of a resource. */
export async function lockDeletions(tx: Executor, resource: string): Promise<void> {
  await tx.execute(
    sql`SELECT pg_advisory_xact_lock(hashtextextended(${`pylon_sync deletions of ${resource}`}, 0))`,
  );
}
