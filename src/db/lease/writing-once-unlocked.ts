import { sleep } from '../../sleep.ts';
import type { Database, Executor } from '../connection/connect.ts';
import { isLockContention } from '../connection/sql-state.ts';
import type { Lease } from './lease.ts';
import { writing } from './transaction.ts';

/** Milliseconds between tries. */
const PAUSE_MS = 200;

/** Where to write, and until when. */
export interface Writer {
  readonly db: Pick<Database, 'pool'>;
  readonly lease: Lease;
  readonly signal: AbortSignal;
}

/**
 * `writing`, tried again until no other transaction's lock is in its way: for what is known to be right, and must not be
 * given up because a person has a row open. `work` runs anew in each try.
 *
 * @param mayPass What else is over after a moment.
 * @throws what does not pass; the signal's reason.
 */
export async function writingOnceUnlocked<T>(
  { db, lease, signal }: Writer,
  work: (tx: Executor) => Promise<T>,
  mayPass: (error: unknown) => boolean = () => false,
): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await writing(db, lease, work);
    } catch (error) {
      if (!isLockContention(error) && !mayPass(error)) throw error;
      await sleep(PAUSE_MS, signal);
    }
  }
}
