import type { Bell } from './bell.ts';
import { newBell } from './bell.ts';

/** After a failure the next attempt waits for so many pauses. */
const AFTER_FAILURE = 5;

export interface Pause {
  /** Milliseconds to pause when no work is left; called before each pause. */
  readonly ms: () => number;
  /** Milliseconds after a failure; default five times as many. */
  readonly failedMs?: number;
  /** Cuts a pause short; default: nothing does. */
  readonly bell?: Bell;
}

/**
 * The work that is left. `true`: more, to be done at once; a number: some, to be tried in so many milliseconds;
 * `false`: none.
 */
export type Left = boolean | number;

/**
 * Repeats `work` until the signal: at once while there is more to do, else after a pause.
 *
 * @throws what `onError` throws.
 */
export async function every(
  { ms, failedMs, bell = newBell() }: Pause,
  signal: AbortSignal,
  work: () => Promise<Left>,
  onError: (error: unknown) => void,
): Promise<void> {
  while (!signal.aborted) {
    let waitMs = 0;
    try {
      const left = await work();
      if (left === true) continue;
      waitMs = left === false ? ms() : Math.min(left, ms());
    } catch (error) {
      if (signal.aborted) return;
      onError(error);
      waitMs = failedMs ?? AFTER_FAILURE * ms();
    }
    // The wait ends when the signal is aborted, and so does the loop.
    await bell.wait(waitMs, signal);
  }
}
