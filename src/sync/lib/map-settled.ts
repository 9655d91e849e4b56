import { DatabaseAwayError } from '../../db/connection/away.ts';
import { mayBeOneRow } from '../../db/row/row-fault.ts';
import { PermanentError, TransientError } from '../../errors.ts';
import { PylonError } from '../../pylon/errors.ts';
import { forEachConcurrent } from './for-each-concurrent.ts';

/** After so many failures in a row the cause is not the single item. */
const TOO_MANY = 5;

/**
 * Whether an error may concern one record only, as that of a user's own trigger or constraint does. An error of the
 * token, the lease, the database or the signal concerns all.
 */
const isOwn = (error: unknown): error is Error =>
  mayBeOneRow(error) ||
  (error instanceof TransientError && !(error instanceof DatabaseAwayError)) ||
  (error instanceof PermanentError && !(error instanceof PylonError && error.status === 401));

/**
 * Works on items, at most `concurrency` at a time; one that fails does not stop the others. Returns the failed items
 * with their errors.
 *
 * @throws the signal's reason; an error that concerns more than one item; the last of `TOO_MANY` failures in a row.
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
