import PQueue from 'p-queue';
import { type EndpointUse, PRIORITY, type Priority } from './types.ts';

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
}

/** One endpoint's queue, and the sliding window that lets requests out of it. */
export interface Budget {
  /**
   * Runs `send` when its turn comes: the highest priority first, no more than allowed within the interval.
   *
   * @throws the signal's reason when it is aborted before the turn came.
   */
  run<T>(send: () => Promise<T>, priority: Priority, signal?: AbortSignal): Promise<T>;
  /**
   * Lets nothing out until then, epoch milliseconds; a shorter wait never replaces a longer one. To hold back
   * the next in the queue as well, it must be called before `send` settles.
   */
  holdUntil(time: number): void;
  use(): EndpointUse;
  /** Drops what waits. */
  clear(): void;
}

/** Longer ones fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * A slot is taken when a request starts and given back one interval after its answer arrived. Pylon counts
 * a request when it arrives there, at some time between the two: so whatever the latency, no stretch of one
 * interval at Pylon's end ever sees more than the allowed number.
 */
export function createBudget(options: BudgetOptions): Budget {
  const { endpoint, allowed, intervalMs, now } = options;
  const queue = new PQueue({ concurrency: Math.min(options.concurrency, allowed) });
  /** When taken slots become free, ascending; those of requests under way are counted in `underWay`. */
  const freeAt = [...(options.occupied ?? [])]
    // An earlier process may have had a clock ahead of ours.
    .map((time) => Math.min(time, now()) + intervalMs)
    .sort((a, b) => a - b);
  let underWay = 0;
  let pausedUntil = 0;
  let timer: NodeJS.Timeout | undefined;

  const taken = () => {
    while (freeAt[0] !== undefined && freeAt[0] <= now()) freeAt.shift();
    return freeAt.length + underWay;
  };
  /** Opens or closes the queue; the one place that does. */
  const regulate = () => {
    clearTimeout(timer);
    const full = taken() >= allowed;
    const held = pausedUntil > now();
    if (!full && !held) {
      queue.start();
      return;
    }
    queue.pause();
    const wake = Math.max(held ? pausedUntil : 0, full ? (freeAt[0] ?? 0) : 0);
    // With every slot under way there is nothing to wait for but an answer, which regulates again.
    if (wake > 0)
      timer = setTimeout(regulate, Math.min(LONGEST_TIMER_MS, Math.max(1, Math.ceil(wake - now()))));
    if (queue.size === 0) timer?.unref();
  };
  regulate();

  return {
    run: async (send, priority, signal) => {
      const turn = queue.add(
        async () => {
          underWay += 1;
          regulate();
          try {
            return await send();
          } finally {
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
    holdUntil: (time) => {
      pausedUntil = Math.max(pausedUntil, time);
      regulate();
    },
    use: () => ({
      endpoint,
      limit: allowed,
      used: taken(),
      queued: queue.size,
      answeredAt: freeAt.map((time) => time - intervalMs),
      pausedUntil: pausedUntil > now() ? pausedUntil : 0,
    }),
    clear: () => {
      clearTimeout(timer);
      queue.clear();
    },
  };
}
