import { DatabaseAwayError } from '../../db/connection/away.ts';
import { mayBeOneRow } from '../../db/row/row-fault.ts';
import { PermanentError, TransientError } from '../../errors.ts';
import { PylonError } from '../../pylon/errors.ts';
import { forEachConcurrent } from './for-each-concurrent.ts';

/** Failures in a row after which it is not the one item that fails. */
const TOO_MANY = 5;

/**
 * Whether an error may be about one record: not the token, the lease, the database or the signal. A trigger or a
 * constraint of the user's own is.
 */
const isOwn = (error: unknown): error is Error =>
  mayBeOneRow(error) ||
  (error instanceof TransientError && !(error instanceof DatabaseAwayError)) ||
  (error instanceof PermanentError && !(error instanceof PylonError && error.status === 401));

/**
 * Works on items, so many side by side. One that fails does not hold up the others. Returns what failed, and
 * why.
 *
 * @throws the reason of the signal; what is not the matter of one item; the last of many failures in a row.
 */
export async function mapSettled<T>(
  concurrency: number,
  items: readonly T[],
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<ReadonlyMap<T, Error>> {
  const failed = new Map<T, Error>();
  let streak = 0;
  await forEachConcurrent(concurrency, items, async (item) => {
    try {
      await work(item);
      streak = 0;
    } catch (error) {
      if (signal.aborted || !isOwn(error)) throw error;
      streak += 1;
      if (streak >= TOO_MANY) throw error;
      failed.set(item, error);
    }
  });
  return failed;
}
