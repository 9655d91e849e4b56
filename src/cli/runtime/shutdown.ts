import type { Logger } from 'pino';

/** Tracks by name what must end before the process can, so that a shutdown that hangs can say what it waits for. */
export interface ShutdownTracker {
  /** Runs `work` and counts it as open, under the name `what`, until it settles. */
  track<T>(what: string, work: () => Promise<T>): Promise<T>;
  /** Names of what is open, the last opened first, since that has to end first. */
  open(): readonly string[];
}

export function newShutdownTracker(): ShutdownTracker {
  const stack: { what: string }[] = [];
  return {
    async track(what, work) {
      const entry = { what };
      stack.unshift(entry);
      try {
        return await work();
      } finally {
        stack.splice(stack.indexOf(entry), 1);
      }
    },
    open: () => stack.map(({ what }) => what),
  };
}

export interface ShutdownOptions {
  readonly tracker: ShutdownTracker;
  readonly log: Logger;
  /** Aborts when the command is to stop. */
  readonly signal: AbortSignal;
  /** Milliseconds after the signal at which the log names what is still open. */
  readonly warnMs: number;
  /** Milliseconds after the signal at which the command gives up waiting. */
  readonly mostMs: number;
}

/**
 * Runs a command's work and returns its exit status. After the signal it waits `mostMs` at most, then returns 1; the
 * work is not cancelled, and ends with the process.
 */
export async function runWithShutdownDeadline(
  options: ShutdownOptions,
  work: () => Promise<number>,
): Promise<number> {
  const { tracker, log, signal, warnMs, mostMs } = options;
  const timers: NodeJS.Timeout[] = [];
  // These timers must not keep the process alive themselves.
  const after = (ms: number, act: () => void) => void timers.push(setTimeout(act, ms).unref());
  const gaveUp = new Promise<number>((resolve) => {
    const begin = () => {
      after(warnMs, () => {
        const [waitingFor, ...then] = tracker.open();
        log.warn({ waitingFor, then }, 'not ended yet');
      });
      after(mostMs, () => {
        const [waitingFor, ...then] = tracker.open();
        log.error({ waitingFor, then }, 'not ended in time: giving up');
        resolve(1);
      });
    };
    if (signal.aborted) begin();
    else signal.addEventListener('abort', begin, { once: true });
  });
  try {
    return await Promise.race([work(), gaveUp]);
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}
