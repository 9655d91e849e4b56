import { and, eq, sql } from 'drizzle-orm';
import type { Resource } from '../../resources/define.ts';
import type { Executor } from '../connection/connect.ts';
import { scanCandidates, scans } from '../tables.ts';
import type { Part } from './scans.ts';

/** Adds candidates to a scan and updates their number; with `live`, also the number of live rows. */
export async function addCandidates(
  tx: Executor,
  scan: number,
  ids: readonly string[],
  live?: number,
): Promise<void> {
  // One parameter for all: a statement has at most 65,535.
  await tx.execute(sql`
    INSERT INTO ${scanCandidates} (scan_id, record_id)
      SELECT ${scan}, id FROM unnest(${sql.param([...ids])}::text[]) AS missing(id) ON CONFLICT DO NOTHING`);
  await tx
    .update(scans)
    .set({
      candidates: sql`(SELECT count(*) FROM ${scanCandidates} WHERE scan_id = ${scan})`,
      ...(live !== undefined && { live }),
    })
    .where(eq(scans.id, scan));
}

/**
 * Moves the candidates of some parts of the table to another scan, which then says how many it has, and of how many
 * live rows of these parts. Returns how many candidates are left.
 */
export async function moveCandidates(
  tx: Executor,
  { table, pull }: Resource,
  { from, to, parts }: { readonly from: number; readonly to: number; readonly parts: readonly Part[] },
): Promise<number> {
  const live = parts.reduce((sum, part) => sum + part.live, 0);
  const types = parts.map(({ type }) => type);
  const isHeld =
    pull.by === 'types'
      ? sql`record_id IN (SELECT id FROM ${table} WHERE ${sql.identifier(pull.column)} = ANY(${sql.param(types)}::text[]))`
      : sql`true`;
  await tx.execute(sql`
    WITH moved AS (DELETE FROM ${scanCandidates} WHERE scan_id = ${from} AND ${isHeld} RETURNING record_id)
    INSERT INTO ${scanCandidates} (scan_id, record_id) SELECT ${to}, record_id FROM moved ON CONFLICT DO NOTHING`);
  await tx
    .update(scans)
    .set({ candidates: sql`(SELECT count(*) FROM ${scanCandidates} WHERE scan_id = ${to})`, live })
    .where(eq(scans.id, to));
  const left = sql`(SELECT count(*) FROM ${scanCandidates} WHERE scan_id = ${from})`;
  const [scan] = await tx
    .update(scans)
    .set({ candidates: left })
    .where(eq(scans.id, from))
    .returning({ candidates: scans.candidates });
  return Number(scan?.candidates ?? 0);
}

/** The remaining candidates of a scan, in the order of their ids. */
export async function readCandidates(
  db: Executor,
  scan: number,
  limit: number,
  after = '',
): Promise<readonly string[]> {
  const rows = await db
    .select({ id: scanCandidates.record_id })
    .from(scanCandidates)
    .where(sql`${scanCandidates.scan_id} = ${scan} AND ${scanCandidates.record_id} > ${after}`)
    .orderBy(scanCandidates.record_id)
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** Removes candidates that were checked, and adds to the number of deletions. */
export async function settleCandidates(
  tx: Executor,
  scan: number,
  settled: readonly string[],
  deleted: number,
): Promise<void> {
  await tx.execute(sql`
    DELETE FROM ${scanCandidates}
     WHERE scan_id = ${scan} AND record_id = ANY(${sql.param([...settled])}::text[])`);
  await tx
    .update(scans)
    .set({ deleted: sql`${scans.deleted} + ${deleted}` })
    .where(eq(scans.id, scan));
}

/**
 * Removes records that Pylon has just answered from the candidates of the stopped scan of single deletions. A scan
 * without remaining candidates is abandoned. Must run in the transaction that stores the answer.
 */
export async function withdrawCandidates(
  tx: Executor,
  resource: string,
  answered: readonly string[],
): Promise<void> {
  // Locked first, so that the next statement sees what other transactions removed.
  const [scan] = await tx
    .select({ id: scans.id })
    .from(scans)
    .where(and(eq(scans.state, 'stopped'), eq(scans.resource, resource), eq(scans.kind, 'children')))
    .for('update');
  if (scan === undefined) return;
  const { rowCount } = await tx.execute(sql`
    DELETE FROM ${scanCandidates}
     WHERE scan_id = ${scan.id} AND record_id = ANY(${sql.param([...answered])}::text[])`);
  if (rowCount === 0) return;
  await tx.execute(sql`
    UPDATE ${scans} AS scan
       SET candidates = waiting.count,
           state = CASE WHEN waiting.count = 0 THEN 'abandoned' ELSE state END,
           finished_at = CASE WHEN waiting.count = 0 THEN now() ELSE finished_at END
      FROM (SELECT count(*) FROM ${scanCandidates} WHERE scan_id = ${scan.id}) AS waiting
     WHERE scan.id = ${scan.id}`);
}
