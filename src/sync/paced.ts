import { setTimeout as sleep } from 'node:timers/promises';

/** Work at a pace of its own, a piece at a time. */
export interface PacedWork {
  readonly name: string;
  /** Milliseconds from the beginning of one piece to that of the next; asked before each. */
  everyMs(): Promise<number>;
  /** One piece; false when there was nothing to do. */
  work(): Promise<boolean>;
}

/** Milliseconds to the next look, where there was nothing to do or the pace cannot be told. */
const IDLE_MS = 60_000;

/**
 * Does pieces of work at their pace until the signal. A piece that fails is told of and its turn is over.
 *
 * @throws what `onError` throws.
 */
export async function runPaced(
  { everyMs, work }: PacedWork,
  onError: (error: unknown) => void,
  signal: AbortSignal,
  idleMs = IDLE_MS,
): Promise<void> {
  while (!signal.aborted) {
    const beganAt = performance.now();
    let pace = idleMs;
    try {
      pace = await everyMs();
      // The first piece waits its turn too: what keeps dying must not spend the share over again at each start.
      await sleep(Math.max(0, pace - (performance.now() - beganAt)), undefined, { signal });
      if (!(await work())) await sleep(idleMs, undefined, { signal });
    } catch (error) {
      if (signal.aborted) return;
      onError(error);
      await sleep(idleMs, undefined, { signal }).catch(() => {});
    }
  }
}
