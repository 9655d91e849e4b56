import { setTimeout as sleep } from 'node:timers/promises';
import { isLockHeld, sqlState } from '../../db/connection/sql-state.ts';
import { WAITS_LONG_MS } from '../../db/status/edit-counts.ts';
import { backoff } from '../../pylon/wire/retry.ts';

const EDITS = { attempts: Number.POSITIVE_INFINITY, baseMs: 1_000, capMs: 3_600_000 };

/** Milliseconds before edits that were tried so often are tried again: up to an hour, with jitter. */
export const backoffMs = (attempts: number): number =>
  backoff(EDITS, Math.min(attempts, 30), () => (1 + Math.random()) / 2);

/** Milliseconds after which an edit that waits is a warning; after those of `WAITS_LONG_MS` it is an error. */
const WARN_AFTER_MS = 600_000;

/** How an edit is logged that has waited for so many milliseconds and is put back. */
export const levelAfter = (waitedMs: number): 'info' | 'warn' | 'error' =>
  waitedMs >= WAITS_LONG_MS ? 'error' : waitedMs >= WARN_AFTER_MS ? 'warn' : 'info';

/** Somebody holds the row, or waits for it in turn. */
export const isLockContention = (error: unknown): boolean => isLockHeld(error) || sqlState(error) === '40P01';

const PAUSE_MS = 200;

/**
 * Does something that is known to be right until nothing passing is in its way any more.
 *
 * @throws what is not passing; the signal's reason.
 */
export async function retryWithBackoff<T>(
  signal: AbortSignal,
  isPassing: (error: unknown) => boolean,
  work: () => Promise<T>,
): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error)) throw error;
      await sleep(PAUSE_MS, undefined, { signal });
    }
  }
}
