import { drizzle } from 'drizzle-orm/node-postgres';
import { LeaseLostError } from '../../errors.ts';
import { atomically } from '../connection/atomic.ts';
import { awayOr, DatabaseAwayError } from '../connection/away.ts';
import { CHANGING, type Terms } from '../connection/begin.ts';
import type { Database, Executor } from '../connection/connect.ts';
import type { Lease } from './lease.ts';

/** The mark of the daemon's own writes, which triggers leave alone. */
const AS_DAEMON = "pylon_sync.daemon = 'on'";

/** How often the server looks, in the middle of a statement, whether the process is gone. Linux alone can tell. */
const CHECK_INTERVAL = '2s';

/**
 * Waiting for a user's lock is bounded, so that it holds up neither the daemon nor its end. A statement writes one page,
 * or goes over a whole table. What a process that was paused, or whose machine is gone, can hold, it holds for less time
 * than the lease lasts.
 */
const WRITING: Terms = {
  access: 'READ WRITE',
  lockMs: 5_000,
  statementMs: 120_000,
  idleMs: 8_000,
  also: [AS_DAEMON],
};

/**
 * Locks the lease's row as it is ours. A commit that Pylon is told of afterwards must outlive a crash of the server, where
 * somebody has set that commits need not.
 */
const LEASE = `
  SELECT set_config('client_connection_check_interval',
                    CASE WHEN version() LIKE '%linux%' THEN '${CHECK_INTERVAL}' ELSE '0' END, true),
         set_config('synchronous_commit', CASE current_setting('synchronous_commit')
                    WHEN 'off' THEN 'local' ELSE current_setting('synchronous_commit') END, true)
    FROM pylon_sync.lease
   WHERE name = 'daemon' AND token = $1
     FOR KEY SHARE`;

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
    return await atomically(
      db.pool,
      async (client, held) => {
        if (held?.rowCount === 0) throw new LeaseLostError('another process took over this database');
        return work(drizzle({ client }));
      },
      { terms: WRITING, opening: [LEASE, [lease.token]] },
    );
  } catch (cause) {
    const error = awayOr(cause);
    if (error instanceof DatabaseAwayError || error instanceof LeaseLostError) lease.giveUp(error);
    throw error;
  }
}

/** Runs `work` in one transaction without a lease: what a person or a command writes beside the daemon. */
export async function changing<T>(
  db: Pick<Database, 'pool'>,
  work: (tx: Executor) => Promise<T>,
  { asDaemon = false }: { readonly asDaemon?: boolean } = {},
): Promise<T> {
  return atomically(db.pool, (client) => work(drizzle({ client })), {
    ...(asDaemon && { terms: { ...CHANGING, also: [AS_DAEMON] } }),
  });
}
