import { and, eq, sql } from 'drizzle-orm';
import type { Database, Executor } from '../connection/connect.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';
import { handovers } from '../tables.ts';

/** Work that a command enqueues for the daemon. */
export type Handover =
  | { readonly command: 'sync'; readonly arguments: { readonly resources: readonly string[] } }
  | { readonly command: 'push'; readonly arguments: { readonly dryRun: boolean } }
  | {
      readonly command: 'reconcile';
      readonly arguments: {
        readonly resources: readonly string[];
        readonly approve?: number;
        readonly deep?: boolean;
      };
    };

type HandoverState = 'queued' | 'running' | 'done' | 'failed';

/** The state of enqueued work, and what the daemon reports about it. */
export interface HandoverStatus {
  readonly state: HandoverState;
  readonly outcome: unknown;
}

/** Enqueues work for the process that holds the lease. Returns its id. Needs no lease. */
export async function enqueueCommand(db: Executor, handover: Handover): Promise<number> {
  const [row] = await db
    .insert(handovers)
    .values({ command: handover.command, arguments: handover.arguments })
    .returning({ id: handovers.id });
  if (row === undefined) throw new Error('INSERT INTO pylon_sync.handovers returned no row');
  return row.id;
}

/** The state of enqueued work; undefined once its row is gone. */
export async function readHandover(db: Executor, id: number): Promise<HandoverStatus | undefined> {
  const { state, outcome } = handovers;
  const [row] = await db.select({ state, outcome }).from(handovers).where(eq(handovers.id, id));
  return row as HandoverStatus | undefined;
}

/** Deletes enqueued work. Returns false if the daemon has begun it. */
export async function withdraw(db: Executor, id: number): Promise<boolean> {
  const { rowCount } = await db
    .delete(handovers)
    .where(and(eq(handovers.id, id), eq(handovers.state, 'queued')));
  return rowCount === 1;
}

/** Takes the oldest enqueued work and marks it as running; undefined if there is none. */
export async function takeHandover(
  db: Database,
  lease: Lease,
): Promise<(Handover & { readonly id: number }) | undefined> {
  // Checks first without a writing transaction, because the queue is nearly always empty.
  const [waiting] = await db.orm
    .select({ id: handovers.id })
    .from(handovers)
    .where(eq(handovers.state, 'queued'))
    .orderBy(handovers.id)
    .limit(1);
  if (waiting === undefined) return undefined;
  return writing(db, lease, async (tx) => {
    const [row] = await tx
      .update(handovers)
      .set({ state: 'running' })
      .where(and(eq(handovers.id, waiting.id), eq(handovers.state, 'queued')))
      .returning({ id: handovers.id, command: handovers.command, arguments: handovers.arguments });
    return row as (Handover & { readonly id: number }) | undefined;
  });
}

/** Writes what came of work that was taken: its outcome, or `{error, usage}`. */
export async function endHandover(
  db: Database,
  lease: Lease,
  id: number,
  state: 'done' | 'failed',
  outcome: unknown,
): Promise<void> {
  await writing(db, lease, (tx) =>
    tx.update(handovers).set({ state, outcome, finished_at: sql`now()` }).where(eq(handovers.id, id)),
  );
}

/**
 * Enqueues work again that was running under an earlier lease, so that the present holder does it from the beginning.
 */
export async function requeueHandovers(db: Database, lease: Lease): Promise<void> {
  await writing(db, lease, (tx) =>
    tx.update(handovers).set({ state: 'queued' }).where(eq(handovers.state, 'running')),
  );
}
