import { sql } from 'drizzle-orm';
import type { Database, Executor } from '../connection/connect.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';
import { cursors, scans } from '../tables.ts';
import { beginScan, endScan, readScan, type Scan } from './scans.ts';

/** What a position holds before anything was read. */
const BEGINNING = ['pass', 'since', 'done'];

/**
 * The scan of a pass: a new one at its beginning, else the one it began with. Undefined where that one has
 * ended meanwhile, so that what the pass still sees proves nothing.
 */
export async function takeUpScan(
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

/** Ends scans that no position names any more: their pass was killed before its first page, or begun anew. */
async function abandonLeft(tx: Executor, resource: string): Promise<void> {
  const { rows } = await tx.execute<{ id: string }>(sql`
    SELECT id FROM ${scans} AS scan
     WHERE resource = ${resource} AND kind = 'listing' AND state = 'listing'
       AND NOT EXISTS (SELECT FROM ${cursors} AS held
                        WHERE held.resource = scan.resource AND held.position->>'scan' = scan.id::text)`);
  for (const { id } of rows) await endScan(tx, Number(id), 'abandoned');
}
