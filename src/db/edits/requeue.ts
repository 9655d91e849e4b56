import { sql } from 'drizzle-orm';
import { moves } from '../../edits/states.ts';
import type { Database } from '../connection/connect.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';
import { edits } from '../tables.ts';
import { col } from './table.ts';

/** A record for which an earlier process may have sent a request that is still in flight. */
interface Arriving {
  readonly resource: string;
  readonly record: string;
  /** Whether its edit was in flight and is requeued. */
  readonly revived: boolean;
  /** Milliseconds for which the request may still take effect. */
  readonly ms: number;
}

/**
 * Requeues the edits that an earlier process left in flight, to be claimed at once. Its end does not count as an
 * attempt and lengthens no back-off. Its last requests may still arrive: returns the records for which nothing may be
 * sent until that is impossible.
 */
export async function requeueInterrupted(
  db: Database,
  lease: Lease,
  requestTimeoutMs: number,
): Promise<readonly Arriving[]> {
  const { to } = moves('postpone');
  const rows = await writing(db, lease, async (tx) => {
    // The process may have sent the request at any time until it lost the lease.
    const revived = await tx.execute<Arriving & Record<string, unknown>>(sql`
      UPDATE ${edits}
         SET ${col.state} = ${to}, ${col.error} = 'interrupted while it was under way', ${col.sent_at} = clock_timestamp(),
             ${col.attempts} = greatest(${col.attempts} - 1, 0), ${col.in_doubt} = true, ${col.next_attempt_at} = clock_timestamp()
       WHERE ${col.state} = 'sending' AND ${col.answer} IS NULL
      RETURNING ${col.resource}, ${col.record_id} AS record, true AS revived, ${requestTimeoutMs}::float8 AS ms`);
    // Edits that Pylon has answered only need settling: none of their requests is in flight.
    await tx.execute(sql`
      UPDATE ${edits} SET ${col.state} = ${to}, ${col.next_attempt_at} = clock_timestamp()
       WHERE ${col.state} = 'sending' AND ${col.answer} IS NOT NULL`);
    const lost = await tx.execute<Arriving & Record<string, unknown>>(sql`
      SELECT ${col.resource}, ${col.record_id} AS record, false AS revived,
             (${requestTimeoutMs} - extract(epoch FROM clock_timestamp() - max(${col.sent_at})) * 1000)::float8 AS ms
        FROM ${edits} WHERE ${col.state} = 'pending' AND ${col.sent_at} IS NOT NULL AND ${col.answer} IS NULL
       GROUP BY ${col.resource}, ${col.record_id}`);
    return [...lost.rows, ...revived.rows];
  });
  return rows.filter(({ ms }) => ms > 0);
}
