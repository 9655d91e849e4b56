import { eq, sql } from 'drizzle-orm';
import type { MirrorTable } from '../resources/define.ts';
import type { Executor } from './connect.ts';
import { endScan, type Scan } from './scans.ts';
import { scanCandidates, scans } from './tables.ts';

/** Notes candidates that a listing per parent left over; how many the scan has now. */
export async function addCandidates(tx: Executor, scan: number, ids: readonly string[]): Promise<void> {
  await tx
    .insert(scanCandidates)
    .values(ids.map((record_id) => ({ scan_id: scan, record_id })))
    .onConflictDoNothing();
  await tx
    .update(scans)
    .set({ candidates: sql`(SELECT count(*) FROM ${scanCandidates} WHERE scan_id = ${scan})` })
    .where(eq(scans.id, scan));
}

/**
 * Takes records that an answer held out of a stopped scan, and the scan back when none is left that is not gone
 * some other way.
 */
export async function takeBack(
  tx: Executor,
  { id }: Scan,
  table: MirrorTable,
  answered: readonly string[],
): Promise<void> {
  // One after the other: each has to see what the others took out.
  const held = await tx.execute(
    sql`SELECT FROM ${scans} WHERE id = ${id} AND state = 'stopped' FOR NO KEY UPDATE`,
  );
  if (held.rowCount === 0) return;
  const { rowCount } = await tx.execute(sql`
    DELETE FROM ${scanCandidates}
     WHERE scan_id = ${id} AND record_id = ANY(${sql.param([...answered])}::text[])`);
  if (rowCount === 0) return;
  const { rows } = await tx.execute<{ left: number }>(sql`
    UPDATE ${scans} AS scan SET candidates = (SELECT count(*) FROM ${scanCandidates} WHERE scan_id = scan.id)
     WHERE id = ${id}
    RETURNING (SELECT count(*)::integer FROM ${scanCandidates} AS held JOIN ${table} AS row ON row.id = held.record_id
                WHERE held.scan_id = scan.id AND row._deleted_at IS NULL) AS left`);
  if (rows[0]?.left === 0) await endScan(tx, id, 'abandoned');
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
