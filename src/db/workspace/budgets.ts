import { sql } from 'drizzle-orm';
import type { Database, Executor } from '../connection/connect.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';
import { budgets } from '../tables.ts';

/** The recent requests to one endpoint, and its limit. */
export interface BudgetUse {
  readonly endpoint: string;
  readonly per_minute: number;
  readonly queued: number;
  /** When the requests of the last interval were answered, in epoch milliseconds. */
  readonly answered_at: readonly number[];
  /** Until when no requests are sent, RFC 3339; null if the endpoint is not paused. */
  readonly paused_until: string | null;
}

export async function saveBudgets(db: Database, lease: Lease, uses: readonly BudgetUse[]): Promise<void> {
  if (uses.length === 0) return;
  await writing(db, lease, (tx) =>
    tx
      .insert(budgets)
      .values([...uses].sort((a, b) => (a.endpoint < b.endpoint ? -1 : 1)))
      .onConflictDoUpdate({
        target: budgets.endpoint,
        set: {
          per_minute: sql`excluded.per_minute`,
          queued: sql`excluded.queued`,
          answered_at: sql`excluded.answered_at`,
          paused_until: sql`excluded.paused_until`,
          updated_at: sql`now()`,
        },
      }),
  );
}

export async function readBudgets(db: Executor): Promise<readonly BudgetUse[]> {
  const { endpoint, per_minute, queued, answered_at, paused_until } = budgets;
  const rows = await db
    .select({ endpoint, per_minute, queued, answered_at, paused_until })
    .from(budgets)
    .orderBy(budgets.endpoint);
  return rows as BudgetUse[];
}
