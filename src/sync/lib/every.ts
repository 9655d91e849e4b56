import { setTimeout as sleep } from 'node:timers/promises';

/** After a failure the next attempt waits for so many pauses. */
const AFTER_FAILURE = 5;

/**
 * Repeats `work` until the signal: at once while there is more to do, else after a pause.
 *
 * @throws what `onError` throws.
 */
export async function every(
  pauseMs: number,
  signal: AbortSignal,
  work: () => Promise<boolean>,
  onError: (error: unknown) => void,
): Promise<void> {
  while (!signal.aborted) {
    let waitMs = pauseMs;
    try {
      if (await work()) waitMs = 0;
    } catch (error) {
      if (signal.aborted) return;
      onError(error);
      waitMs = AFTER_FAILURE * pauseMs;
    }
    // Waiting ends with the signal, and so does this.
    if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => {});
  }
}
