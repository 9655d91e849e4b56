import type { Logger } from 'pino';

/** What is open in a process and has to end before it can: so that what keeps it from ending has a name. */
export interface ShutdownTracker {
  /** Runs `work`, which counts as open under that name until it settles. */
  track<T>(what: string, work: () => Promise<T>): Promise<T>;
  /** Names of what is open, what was opened last first: it has to end first. */
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
  /** Asks for the end. */
  readonly signal: AbortSignal;
  /** Milliseconds after the signal at which what is still open is named. */
  readonly warnMs: number;
  /** Milliseconds after the signal at which it is given up. */
  readonly mostMs: number;
}

/**
 * Runs a command's work to its end, or, once the signal has asked for it, for so long at most; its exit status,
 * 1 when it was given up. What is given up goes on: only the end of the process ends it.
 */
export async function runWithShutdownDeadline(
  options: ShutdownOptions,
  work: () => Promise<number>,
): Promise<number> {
  const { tracker, log, signal, warnMs, mostMs } = options;
  const timers: NodeJS.Timeout[] = [];
  // What keeps a process from ending must not be what would end it.
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
