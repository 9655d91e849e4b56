import { and, eq, sql } from 'drizzle-orm';
import type { Executor } from '../connection/connect.ts';
import { scanCandidates, scans } from '../tables.ts';

/** Adds candidates to a scan and updates their number; with `live`, also the number of live rows. */
export async function addCandidates(
  tx: Executor,
  scan: number,
  ids: readonly string[],
  live?: number,
): Promise<void> {
  await tx
    .insert(scanCandidates)
    .values(ids.map((record_id) => ({ scan_id: scan, record_id })))
    .onConflictDoNothing();
  await tx
    .update(scans)
    .set({
      candidates: sql`(SELECT count(*) FROM ${scanCandidates} WHERE scan_id = ${scan})`,
      ...(live !== undefined && { live }),
    })
    .where(eq(scans.id, scan));
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
