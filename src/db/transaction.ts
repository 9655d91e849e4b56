import { sql } from 'drizzle-orm';
import { LeaseLostError } from '../errors.ts';
import type { Database, Executor } from './connect.ts';
import type { Lease } from './lease.ts';

/** Waiting for a user's lock is bounded, and so is what a frozen process can hold. */
const LOCK_TIMEOUT = '5s';
const IDLE_TIMEOUT = '8s';
const STATEMENT_TIMEOUT = '120s';

/**
 * Runs `work` in one transaction that is allowed to write the mirror: the lease is checked and locked
 * against a change of hands until the end, waiting is bounded, and the transaction is marked as the
 * daemon's own (`pylon_sync.daemon`), all local to it. Rolls back when `work` throws.
 *
 * @throws LeaseLostError when another process has taken over; nothing was written then.
 */
export function writing<T>(db: Database, lease: Lease, work: (tx: Executor) => Promise<T>): Promise<T> {
  return db.orm.transaction(async (tx) => {
    const { rowCount } = await tx.execute(sql`
      SELECT set_config('pylon_sync.daemon', 'on', true),
             set_config('lock_timeout', ${LOCK_TIMEOUT}, true),
             set_config('statement_timeout', ${STATEMENT_TIMEOUT}, true),
             set_config('idle_in_transaction_session_timeout', ${IDLE_TIMEOUT}, true)
        FROM pylon_sync.lease
       WHERE name = 'daemon' AND token = ${lease.token}
         FOR KEY SHARE`);
    if (rowCount === 0) throw new LeaseLostError('another process took over this database');
    return work(tx);
  });
}
