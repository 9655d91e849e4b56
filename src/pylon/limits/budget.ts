import PQueue from 'p-queue';
import { type EndpointUse, PRIORITY, type Priority } from '../types.ts';

export interface BudgetOptions {
  readonly endpoint: string;
  /** Requests allowed in any stretch of `intervalMs`. */
  readonly allowed: number;
  readonly intervalMs: number;
  /** Requests under way at once. */
  readonly concurrency: number;
  /** Epoch milliseconds; must not go back. */
  readonly now: () => number;
  /** When requests of an earlier process were answered, epoch milliseconds: they still count. */
  readonly occupied?: readonly number[];
  /** Until when the server asked an earlier process to wait, epoch milliseconds: the first request asks alone. */
  readonly pausedUntil?: number;
  /** The longest time between two requests that ask whether a pause is over, milliseconds. */
  readonly askEveryMs?: number;
}

/** How `send` tells what became of its request. Nothing told: no answer came. */
export interface Turn {
  /**
   * The server refused it over its limit and asks to wait until then, epoch milliseconds. To pause the next request in
   * the queue as well, it must be called before `send` settles.
   */
  limited(until: number): void;
  /** The server answered in any other way. */
  answered(): void;
}

/** One endpoint's queue, and the sliding window that lets requests out of it. */
export interface Budget {
  /**
   * Runs `send` when its turn comes: the highest priority first, no more than allowed within the interval.
   *
   * After a request was limited, the queue is paused for as long as the server asked, but a single request asks again
   * every `askEveryMs` meanwhile. The first request after the pause goes alone too: the others follow its answer.
   *
   * @throws the signal's reason when it is aborted before the turn came.
   */
  run<T>(send: (turn: Turn) => Promise<T>, priority: Priority, signal?: AbortSignal): Promise<T>;
  use(): EndpointUse;
  /** Drops what waits. */
  clear(): void;
}

/** Longer ones fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const ASK_EVERY_MS = 600_000;

/** What a 429 asked for. Epoch milliseconds. */
interface Pause {
  /** The server's word. */
  readonly until: number;
  /** When one request may ask whether it still holds. */
  readonly askAt: number;
}

/**
 * A slot is taken when a request starts and given back one interval after its answer arrived. Pylon counts
 * a request when it arrives there, at some time between the two: so whatever the latency, no stretch of one
 * interval at Pylon's end ever sees more than the allowed number.
 */
export function createBudget(options: BudgetOptions): Budget {
  const { endpoint, allowed, intervalMs, now, pausedUntil = 0, askEveryMs = ASK_EVERY_MS } = options;
  const queue = new PQueue({ concurrency: Math.min(options.concurrency, allowed) });
  /** When taken slots become free, ascending; those of requests under way are counted in `underWay`. */
  const freeAt = [...(options.occupied ?? [])]
    // An earlier process may have had a clock ahead of ours.
    .map((time) => Math.min(time, now()) + intervalMs)
    .sort((a, b) => a - b);
  let underWay = 0;
  let pause: Pause | undefined = pausedUntil > now() ? { until: pausedUntil, askAt: now() } : undefined;
  /** Whether the request that asks is under way. */
  let asking = false;
  let timer: NodeJS.Timeout | undefined;

  const taken = () => {
    while (freeAt[0] !== undefined && freeAt[0] <= now()) freeAt.shift();
    return freeAt.length + underWay;
  };
  /** Opens or closes the queue; the one place that does. */
  const regulate = () => {
    clearTimeout(timer);
    const full = taken() >= allowed;
    const waits = pause !== undefined && pause.askAt > now();
    if (!full && !waits && !asking) {
      queue.start();
      return;
    }
    queue.pause();
    const wake = Math.max(waits ? (pause?.askAt ?? 0) : 0, full ? (freeAt[0] ?? 0) : 0);
    // While all slots are under way, or the request that asks is, its answer regulates again.
    if (wake > 0 && !asking)
      timer = setTimeout(regulate, Math.min(LONGEST_TIMER_MS, Math.max(1, Math.ceil(wake - now()))));
    if (queue.size === 0) timer?.unref();
  };
  const pauseUntil = (until: number) => {
    pause = { until, askAt: Math.min(until, now() + askEveryMs) };
  };
  regulate();

  return {
    run: async (send, priority, signal) => {
      const turn = queue.add(
        async () => {
          const asks = pause !== undefined;
          if (asks) asking = true;
          let isTold = false;
          const turn: Turn = {
            limited(until) {
              isTold = true;
              // One that left before the pause began knows no better; the one that asks does.
              pauseUntil(asks ? until : Math.max(until, pause?.until ?? 0));
              regulate();
            },
            answered() {
              isTold = true;
              if (asks) pause = undefined;
            },
          };
          underWay += 1;
          regulate();
          try {
            return await send(turn);
          } finally {
            if (asks) asking = false;
            if (asks && !isTold && pause !== undefined) pauseUntil(pause.until);
            underWay -= 1;
            freeAt.push(now() + intervalMs);
            regulate();
          }
        },
        { priority: PRIORITY[priority], ...(signal === undefined ? {} : { signal }) },
      );
      timer?.ref();
      try {
        return await turn;
      } finally {
        // Perhaps it left the queue without its turn, and nobody waits for the timer any more.
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
