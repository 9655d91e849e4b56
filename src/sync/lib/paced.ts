import { setTimeout as sleep } from 'node:timers/promises';

/** Work at a pace of its own, a piece at a time. */
export interface PacedWork {
  readonly name: string;
  /** Milliseconds from the beginning of one piece to that of the next; asked again while it is waited for. */
  everyMs(): Promise<number>;
  /** One piece; false when there was nothing to do. */
  work(): Promise<boolean>;
}

/**
 * Does pieces of work at their pace until the signal. A piece that fails is told of and its turn is over.
 *
 * @param idleMs to the next look where there was nothing to do or the pace cannot be told; the longest wait
 * before the pace is asked for again.
 * @throws what `onError` throws.
 */
export async function runPaced(
  { everyMs, work }: PacedWork,
  onError: (error: unknown) => void,
  signal: AbortSignal,
  idleMs: number,
): Promise<void> {
  // The first piece waits its turn too: what keeps dying must not spend the share over again at each start.
  let beganAt = performance.now();
  while (!signal.aborted) {
    try {
      const leftMs = (await everyMs()) - (performance.now() - beganAt);
      if (leftMs > 0) {
        // A table that is being filled has another pace in a minute.
        await sleep(Math.min(leftMs, idleMs), undefined, { signal });
        continue;
      }
      beganAt = performance.now();
      if (!(await work())) await sleep(idleMs, undefined, { signal });
    } catch (error) {
      if (signal.aborted) return;
      onError(error);
      await sleep(idleMs, undefined, { signal }).catch(() => {});
    }
  }
}
