import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Does something again and again until the signal: at once while there is more of it, else after a pause.
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
    let more = false;
    try {
      more = await work();
    } catch (error) {
      if (signal.aborted) return;
      onError(error);
    }
    // Waiting ends with the signal, and so does this.
    if (!more) await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }
}
