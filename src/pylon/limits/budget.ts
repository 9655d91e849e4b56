import PQueue from 'p-queue';
import { link } from '../signal.ts';
import { type EndpointUse, PRIORITY, type Priority } from '../types.ts';

export interface BudgetOptions {
  readonly endpoint: string;
  /** Requests allowed in any interval of `intervalMs`. */
  readonly allowed: number;
  readonly intervalMs: number;
  /** Concurrent requests. */
  readonly concurrency: number;
  /** The time in epoch milliseconds; must never decrease. */
  readonly now: () => number;
  /** When requests of an earlier process were answered, epoch milliseconds: they count against the limit too. */
  readonly occupied?: readonly number[];
  /**
   * Until when the server asked an earlier process to wait, epoch milliseconds. The first request then probes alone.
   */
  readonly pausedUntil?: number;
  /** The longest time between two requests that probe whether a pause is over, in milliseconds. */
  readonly askEveryMs?: number;
}

/** How `send` reports the outcome of its request. If it reports nothing, no answer came. */
export interface Turn {
  /**
   * The server refused the request because of its limit and asks to wait until then, epoch milliseconds. Call it
   * before `send` settles, so that the next request in the queue is paused too.
   */
  limited(until: number): void;
  /** The server gave any other answer. */
  answered(): void;
}

/** One endpoint's queue of requests, and the sliding window that limits it. */
export interface Budget {
  /**
   * Runs `send` when its turn comes, and returns its result: highest priority first, at most `allowed` requests
   * within an interval.
   *
   * After a 429 the queue pauses for as long as the server asked. During a long pause a single request probes every
   * `askEveryMs`. The first request after the pause goes alone too; the others wait for its answer.
   *
   * @throws what `send` throws; a signal's reason if it aborts before the turn comes.
   */
  run<T>(
    send: (turn: Turn) => Promise<T>,
    priority: Priority,
    ...signals: readonly AbortSignal[]
  ): Promise<T>;
  use(): EndpointUse;
  /** Drops the queued requests. Abort their signals first, or their promises never settle. */
  clear(): void;
}

/** Node fires timers longer than this at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const ASK_EVERY_MS = 600_000;

/** The pause after a 429, in epoch milliseconds. */
interface Pause {
  /** Until when the server asked to wait. */
  readonly until: number;
  /** When one request may probe whether the pause still applies. */
  readonly askAt: number;
}

/**
 * A request takes a slot when it starts and frees it one interval after its answer arrived. Pylon counts a request
 * when it arrives there, between these two moments. So Pylon never counts more than the allowed number in an
 * interval, whatever the latency.
 */
export function createBudget(options: BudgetOptions): Budget {
  const { endpoint, allowed, intervalMs, now, pausedUntil = 0, askEveryMs = ASK_EVERY_MS } = options;
  const concurrency = Math.min(options.concurrency, allowed);
  /** Requests that wait for their turn. */
  const queue = new PQueue({ concurrency, autoStart: false });
  /** When slots become free, ascending; slots of requests in flight are counted in `underWay`. */
  const freeAt = [...(options.occupied ?? [])]
    // The clock of an earlier process may have been ahead of this one's.
    .map((time) => Math.min(time, now()) + intervalMs)
    .sort((a, b) => a - b);
  let underWay = 0;
  let pause: Pause | undefined = pausedUntil > now() ? { until: pausedUntil, askAt: now() } : undefined;
  /** Whether the probing request is in flight. */
  let probing = false;
  let timer: NodeJS.Timeout | undefined;

  const taken = () => {
    const time = now();
    while (freeAt[0] !== undefined && freeAt[0] <= time) freeAt.shift();
    return freeAt.length + underWay;
  };
  /** Whether nothing but an answer makes room for another request. */
  const isBusy = () => probing || underWay >= concurrency;
  /** The time until which no request may begin; 0 if one may now. */
  const closedUntil = () =>
    Math.max(
      pause !== undefined && pause.askAt > now() ? pause.askAt : 0,
      taken() >= allowed ? (freeAt[0] ?? 0) : 0,
    );
  /** Lets waiting requests begin, or sets the timer for the next one; nothing else does. */
  const regulate = () => {
    clearTimeout(timer);
    queue.pause();
    // The answer calls this again.
    if (queue.size === 0 || isBusy()) return;
    const wake = closedUntil();
    if (wake === 0) queue.start();
    else timer = setTimeout(regulate, Math.min(LONGEST_TIMER_MS, Math.max(1, Math.ceil(wake - now()))));
  };
  const pauseUntil = (until: number) => {
    pause = { until, askAt: Math.min(until, now() + askEveryMs) };
  };

  async function perform<T>(send: (turn: Turn) => Promise<T>): Promise<T> {
    const isProbe = pause !== undefined;
    if (isProbe) probing = true;
    underWay += 1;
    regulate();
    let isReported = false;
    try {
      return await send({
        limited(until) {
          isReported = true;
          // A request sent before the pause may only lengthen it; the probing request sets it.
          pauseUntil(isProbe ? until : Math.max(until, pause?.until ?? 0));
        },
        answered() {
          isReported = true;
          if (isProbe) pause = undefined;
        },
      });
    } finally {
      if (isProbe) probing = false;
      if (isProbe && !isReported && pause !== undefined) pauseUntil(pause.until);
      underWay -= 1;
      freeAt.push(now() + intervalMs);
      regulate();
    }
  }

  return {
    run: async (send, priority, ...signals) => {
      for (const signal of signals) signal.throwIfAborted();
      // Most requests need not wait, and then nothing is made for it.
      if (queue.size === 0 && !isBusy() && closedUntil() === 0) return perform(send);
      const linked = link(...signals);
      queue.pause();
      const turn = queue.add(() => perform(send), { priority: PRIORITY[priority], signal: linked.signal });
      regulate();
      try {
        return await turn;
      } finally {
        linked.unlink();
        // An aborted request leaves the queue without its turn, and then nothing may need the timer.
        regulate();
      }
    },
    use: () => ({
      endpoint,
      limit: allowed,
      used: taken(),
      queued: queue.size,
      answeredAt: freeAt.map((time) => time - intervalMs),
      pausedUntil: pause !== undefined && pause.until > now() ? pause.until : 0,
    }),
    clear: () => {
      clearTimeout(timer);
      queue.clear();
    },
  };
}
