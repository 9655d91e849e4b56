import { type Budget, createBudget } from './budget.ts';
import { canonical } from './endpoints.ts';

/** Requests of one endpoint under way at once. */
const CONCURRENCY = 6;

/** The budget of each endpoint. */
export interface Budgets {
  /** Made when first asked for; what placeholders are called makes no difference. */
  of(endpoint: string): Budget;
  /** Those made so far. */
  all(): readonly Budget[];
}

export function createBudgets(options: {
  readonly allowed: (endpoint: string) => number;
  readonly intervalMs: number;
  /** Epoch milliseconds; must not go back. */
  readonly now: () => number;
  /** When an earlier process's last requests were answered, by endpoint, epoch milliseconds. */
  readonly occupied: ReadonlyMap<string, readonly number[]>;
}): Budgets {
  const { allowed, intervalMs, now } = options;
  const occupied = new Map([...options.occupied].map(([endpoint, times]) => [canonical(endpoint), times]));
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
        });
      budgets.set(name, made);
      return made;
    },
  };
}
