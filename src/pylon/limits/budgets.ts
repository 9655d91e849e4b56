import { type Budget, createBudget } from './budget.ts';
import { canonical } from './endpoints.ts';

/** Concurrent requests to one endpoint. */
const CONCURRENCY = 6;

/** The budget of each endpoint. */
export interface Budgets {
  /** Returns the budget of an endpoint, created at the first call; names of placeholders do not matter. */
  of(endpoint: string): Budget;
  /** The budgets created so far. */
  all(): readonly Budget[];
}

export function createBudgets(options: {
  readonly allowed: (endpoint: string) => number;
  readonly intervalMs: number;
  /** Epoch milliseconds; must not go back. */
  readonly now: () => number;
  /** When an earlier process's last requests were answered, by endpoint, epoch milliseconds. */
  readonly occupied: ReadonlyMap<string, readonly number[]>;
  /** Until when the server asked an earlier process to wait, by endpoint, epoch milliseconds. */
  readonly paused: ReadonlyMap<string, number>;
  /** The longest time between two requests that probe whether a pause is over, in milliseconds. */
  readonly askEveryMs?: number | undefined;
}): Budgets {
  const { allowed, intervalMs, now, askEveryMs } = options;
  const occupied = byName(options.occupied);
  const paused = byName(options.paused);
  const budgets = new Map<string, Budget>();
  return {
    all: () => [...budgets.values()],
    of(endpoint) {
      const name = canonical(endpoint);
      const made =
        budgets.get(name) ??
        createBudget({
          endpoint,
          allowed: allowed(endpoint),
          intervalMs,
          concurrency: CONCURRENCY,
          now,
          occupied: occupied.get(name) ?? [],
          pausedUntil: paused.get(name) ?? 0,
          ...(askEveryMs === undefined ? {} : { askEveryMs }),
        });
      budgets.set(name, made);
      return made;
    },
  };
}

const byName = <T>(values: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
  new Map([...values].map(([endpoint, value]) => [canonical(endpoint), value]));
