import { sql } from 'drizzle-orm';
import { moves } from '../../edits/states.ts';
import type { Database } from '../connection/connect.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';

/** A record for which a process that is gone may have sent something. */
interface Arriving {
  readonly resource: string;
  readonly record: string;
  /** Whether it was under way. */
  readonly revived: boolean;
  /** For how long that may still take effect. */
  readonly ms: number;
}

/**
 * Puts back what a process that is gone left under way, to be looked at again at once: its end is no attempt, and
 * lengthens no wait. Its last request may still be
 * on its way: the records are told for which nothing may be sent before that must have ended.
 */
export async function requeueInterrupted(
  db: Database,
  lease: Lease,
  requestTimeoutMs: number,
): Promise<readonly Arriving[]> {
  const { to } = moves('postpone');
  const rows = await writing(db, lease, async (tx) => {
    // It may have sent it at any time until it lost the lease.
    const revived = await tx.execute<Arriving & Record<string, unknown>>(sql`
      UPDATE pylon_sync.edits
         SET state = ${to}, error = 'interrupted while it was under way', sent_at = clock_timestamp(),
             attempts = greatest(attempts - 1, 0), in_doubt = true, next_attempt_at = clock_timestamp()
       WHERE state = 'sending' AND answer IS NULL
      RETURNING resource, record_id AS record, true AS revived, ${requestTimeoutMs}::float8 AS ms`);
    // What Pylon has answered is only settled: nothing of it is on its way.
    await tx.execute(sql`
      UPDATE pylon_sync.edits SET state = ${to}, next_attempt_at = clock_timestamp()
       WHERE state = 'sending' AND answer IS NOT NULL`);
    const lost = await tx.execute<Arriving & Record<string, unknown>>(sql`
      SELECT resource, record_id AS record, false AS revived,
             (${requestTimeoutMs} - extract(epoch FROM clock_timestamp() - max(sent_at)) * 1000)::float8 AS ms
        FROM pylon_sync.edits WHERE state = 'pending' AND sent_at IS NOT NULL AND answer IS NULL
       GROUP BY resource, record_id`);
    return [...lost.rows, ...revived.rows];
  });
  return rows.filter(({ ms }) => ms > 0);
}
