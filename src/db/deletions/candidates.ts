import { and, eq, sql } from 'drizzle-orm';
import type { Executor } from '../connection/connect.ts';
import { scanCandidates, scans } from '../tables.ts';

/** Notes candidates under a scan, and how many it has now, of how many live rows where that is known. */
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

/** Candidates that are not settled yet, in the order of their ids. */
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

/** Takes candidates off the list, and counts those that were deleted. */
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
 * Takes records that Pylon has just answered for off the list of what single deletions were stopped for. One that
 * has none left waits for nobody any more. In the transaction that stores the answer.
 */
export async function withdrawCandidates(
  tx: Executor,
  resource: string,
  answered: readonly string[],
): Promise<void> {
  // Locked first: what another transaction took off the list is then in view.
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
