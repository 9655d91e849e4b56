import { sleep, sleepUnlessAborted } from '../../sleep.ts';

/** Work done piece by piece at a given pace. */
export interface PacedWork {
  readonly name: string;
  /** Milliseconds from the beginning of one piece to that of the next; called again during the wait. */
  everyMs(): Promise<number>;
  /** Does one piece; returns false if there was nothing to do. */
  work(): Promise<boolean>;
}

/**
 * Does pieces of work at their pace until the signal. A failure is reported and the slot is skipped.
 *
 * @param idleMs milliseconds to the next attempt when there was nothing to do or the pace is unknown; also the
 * longest wait before the pace is asked for again.
 * @throws what `onError` throws.
 */
export async function runPaced(
  { everyMs, work }: PacedWork,
  onError: (error: unknown) => void,
  signal: AbortSignal,
  idleMs: number,
): Promise<void> {
  // The first piece waits too: a process that keeps crashing must not spend the share again at each start.
  let beganAt = performance.now();
  while (!signal.aborted) {
    try {
      const leftMs = (await everyMs()) - (performance.now() - beganAt);
      if (leftMs > 0) {
        // While a table is being filled its pace changes within a minute.
        await sleep(Math.min(leftMs, idleMs), signal);
        continue;
      }
      beganAt = performance.now();
      if (!(await work())) await sleep(idleMs, signal);
    } catch (error) {
      if (signal.aborted) return;
      onError(error);
      await sleepUnlessAborted(idleMs, signal);
    }
  }
}
