import { sql } from 'drizzle-orm';
import type { Database, Executor } from '../connection/connect.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';
import { cursors, scans } from '../tables.ts';
import { beginScan, endScan, readScan, type Scan } from './scans.ts';

/** The keys of a position before anything was read. */
const BEGINNING = ['pass', 'since', 'done'];

/**
 * The scan of a pass: a new one at the beginning, otherwise the one that it began with. Undefined if that one has
 * ended meanwhile: then the pass proves no deletions.
 */
export async function resumeOrBeginScan(
  db: Database,
  lease: Lease,
  resource: string,
  position: { readonly scan?: number },
): Promise<Scan | undefined> {
  if (position.scan !== undefined) {
    const scan = await readScan(db.orm, position.scan);
    return scan?.state === 'listing' || scan?.state === 'judging' ? scan : undefined;
  }
  if (Object.keys(position).some((key) => !BEGINNING.includes(key))) return undefined;
  return writing(db, lease, async (tx) => {
    await abandonLeft(tx, resource);
    return beginScan(tx, { resource, kind: 'listing', firstOrder: lease.nextOrder() });
  });
}

/** Abandons scans that no cursor refers to: their pass was killed before its first page, or begun anew. */
async function abandonLeft(tx: Executor, resource: string): Promise<void> {
  const { rows } = await tx.execute<{ id: string }>(sql`
    SELECT id FROM ${scans} AS scan
     WHERE resource = ${resource} AND kind = 'listing' AND state = 'listing'
       AND NOT EXISTS (SELECT FROM ${cursors} AS saved
                        WHERE saved.resource = scan.resource AND saved.position->>'scan' = scan.id::text)`);
  for (const { id } of rows) await endScan(tx, Number(id), 'abandoned');
}
