import type { SQL } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import { LeaseLostError } from '../../errors.ts';
import { type Asked, atomically } from '../connection/atomic.ts';
import { awayOr, DatabaseAwayError } from '../connection/away.ts';
import { CHANGING, type Terms } from '../connection/begin.ts';
import { type Database, type Executor, executorOn } from '../connection/connect.ts';
import type { Lease } from './lease.ts';
import { whyLost } from './lease-row.ts';

/** Marks the daemon's own writes, which the triggers ignore. */
const AS_DAEMON = "pylon_sync.daemon = 'on'";

/**
 * How often the server checks during a statement whether the client is still there. Servers support this on Linux
 * only.
 */
const CHECK_INTERVAL = '2s';

/**
 * The terms of the daemon's writes. `lockMs` bounds the wait for a user's lock, so that it delays neither the daemon
 * nor its shutdown. `statementMs` suffices for a statement that reads a whole table. `idleMs` is shorter than the
 * lease, so that the locks of a process that was paused, or whose machine is gone, end before the lease does.
 */
const WRITING: Terms = {
  access: 'READ WRITE',
  lockMs: 5_000,
  statementMs: 120_000,
  idleMs: 8_000,
  also: [AS_DAEMON],
};

/**
 * Locks the lease's row if the lease is ours. Also makes the commit durable where somebody has turned
 * `synchronous_commit` off: what is sent to Pylon afterwards relies on it.
 */
const LEASE = `
  SELECT set_config('client_connection_check_interval',
                    CASE WHEN version() LIKE '%linux%' THEN '${CHECK_INTERVAL}' ELSE '0' END, true),
         set_config('synchronous_commit', CASE current_setting('synchronous_commit')
                    WHEN 'off' THEN 'local' ELSE current_setting('synchronous_commit') END, true)
    FROM pylon_sync.lease
   WHERE name = 'daemon' AND token = $1
     FOR KEY SHARE`;

/** What a statement that opens a transaction returned. */
export type Opened = pg.QueryResult<Record<string, unknown>>;

export interface WritingOptions {
  /** Milliseconds that one statement may wait for one lock. */
  readonly lockMs?: number;
  /**
   * Statements that run first, one after the other, in the same round trip as BEGIN. They must do nothing but read and
   * lock, since they run also if the lease turns out to be lost.
   */
  readonly opening?: readonly SQL[];
}

const dialect = new PgDialect();

const asked = (statement: SQL): Asked => {
  const { sql, params } = dialect.sqlToQuery(statement);
  return [sql, params];
};

/**
 * Runs `work` in one transaction that is allowed to write: everything that the daemon writes goes through here. The
 * transaction checks the lease and locks its row, so that no other process can take it before the end. Waits are
 * bounded, and the transaction is marked as the daemon's own (`pylon_sync.daemon`). Rolls back if `work` throws.
 *
 * If another process holds the lease or the database is away, this gives the lease up, which ends all work under it.
 *
 * @param work Receives the transaction, and what the opening statements returned.
 * @throws LeaseLostError if another process has taken the lease, DatabaseAwayError. Nothing was written then, unless
 * the answer to the commit was lost.
 */
export async function writing<T>(
  db: Pick<Database, 'pool'>,
  lease: Lease,
  work: (tx: Executor, opened: readonly Opened[]) => Promise<T>,
  { lockMs = WRITING.lockMs, opening = [] }: WritingOptions = {},
): Promise<T> {
  lease.lost.throwIfAborted();
  try {
    return await atomically(
      db.pool,
      async (client, [leaseRow, ...opened]) => {
        if (leaseRow?.rowCount === 0)
          throw new LeaseLostError(await whyLost((text) => client.query(text), lease.token));
        return work(executorOn(client), opened);
      },
      { terms: { ...WRITING, lockMs }, opening: [[LEASE, [lease.token]], ...opening.map(asked)] },
    );
  } catch (cause) {
    const error = awayOr(cause);
    if (error instanceof DatabaseAwayError || error instanceof LeaseLostError) lease.giveUp(error);
    throw error;
  }
}

interface ChangingOptions {
  readonly asDaemon?: boolean;
  /** Milliseconds that one statement may wait for one lock. */
  readonly lockMs?: number;
}

/**
 * Runs `work` in one writing transaction without a lease, for a person or a command beside the daemon. With
 * `asDaemon`, triggers ignore what it writes.
 */
export async function changing<T>(
  db: Pick<Database, 'pool'>,
  work: (tx: Executor) => Promise<T>,
  { asDaemon = false, lockMs = CHANGING.lockMs }: ChangingOptions = {},
): Promise<T> {
  return atomically(db.pool, (client) => work(executorOn(client)), {
    terms: { ...CHANGING, lockMs, ...(asDaemon && { also: [AS_DAEMON] }) },
  });
}
