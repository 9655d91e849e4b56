import { sleep } from '../../sleep.ts';
import type { Database, Executor } from '../connection/connect.ts';
import { isLockContention } from '../connection/sql-state.ts';
import type { Lease } from './lease.ts';
import { writing } from './transaction.ts';

/** Milliseconds between tries. */
const PAUSE_MS = 200;
/**
 * Milliseconds that a try waits for one lock: far less than Postgres's `deadlock_timeout`, which is a second. Where
 * the transaction and a person's each wait for the other, it is this one that gives way, not the person's statement.
 */
const LOCK_MS = 50;

/** The database to write to, and the signal that ends the attempts. */
export interface Writer {
  readonly db: Pick<Database, 'pool'>;
  readonly lease: Lease;
  readonly signal: AbortSignal;
}

/**
 * Runs `work` in a writing transaction, and repeats it while another transaction's lock prevents it. For writes that
 * must not be given up because a person has locked a row. `work` runs anew in each try.
 *
 * @param mayPass Whether another error is temporary, so that the transaction is repeated.
 * @throws any error that is neither a lock's nor temporary; the signal's reason.
 */
export async function writingOnceUnlocked<T>(
  { db, lease, signal }: Writer,
  work: (tx: Executor) => Promise<T>,
  mayPass: (error: unknown) => boolean = () => false,
): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await writing(db, lease, work, { lockMs: LOCK_MS });
    } catch (error) {
      if (!isLockContention(error) && !mayPass(error)) throw error;
      await sleep(PAUSE_MS, signal);
    }
  }
}
