import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { LeaseLostError } from '../errors.ts';
import { atomically } from './atomic.ts';
import { awayOr, DatabaseAwayError } from './away.ts';
import type { Database, Executor } from './connect.ts';
import type { Lease } from './lease.ts';

/** Waiting for a user's lock is bounded, so that it holds up neither the daemon nor its end. */
const LOCK_TIMEOUT = '5s';
/** What a process that was paused, or whose machine is gone, can hold: less than the lease lasts. */
const IDLE_TIMEOUT = '8s';
/** One page, or one statement over a whole table. */
const STATEMENT_TIMEOUT = '120s';
/** How soon the server notices, in the middle of a statement, that the process is gone. Linux alone can tell. */
const CHECK_INTERVAL = '2s';

/**
 * Runs `work` in one transaction that is allowed to write: everything the daemon writes, to the mirror or of its
 * own state, goes through here. The lease is checked and locked against a change of hands until the end,
 * waiting is bounded, and the transaction is marked as the daemon's own (`pylon_sync.daemon`), all local to it.
 * Rolls back when `work` throws.
 *
 * A lease that is another's and a database that is away end all work under the lease, not this transaction alone.
 *
 * @throws LeaseLostError when another process has taken over, DatabaseAwayError; nothing was written then, unless
 * the answer to the commit was lost.
 */
export async function writing<T>(
  db: Pick<Database, 'pool'>,
  lease: Lease,
  work: (tx: Executor) => Promise<T>,
): Promise<T> {
  lease.lost.throwIfAborted();
  try {
    return await atomically(db.pool, async (client) => {
      const tx = drizzle({ client });
      const { rowCount } = await tx.execute(sql`
        SELECT set_config('pylon_sync.daemon', 'on', true),
               set_config('lock_timeout', ${LOCK_TIMEOUT}, true),
               set_config('statement_timeout', ${STATEMENT_TIMEOUT}, true),
               set_config('idle_in_transaction_session_timeout', ${IDLE_TIMEOUT}, true),
               set_config('client_connection_check_interval',
                          CASE WHEN version() LIKE '%linux%' THEN ${CHECK_INTERVAL} ELSE '0' END, true)
          FROM pylon_sync.lease
         WHERE name = 'daemon' AND token = ${lease.token}
           FOR KEY SHARE`);
      if (rowCount === 0) throw new LeaseLostError('another process took over this database');
      return work(tx);
    });
  } catch (cause) {
    const error = awayOr(cause);
    if (error instanceof DatabaseAwayError || error instanceof LeaseLostError) lease.giveUp(error);
    throw error;
  }
}
