import { and, eq, ne, sql } from 'drizzle-orm';
import type { Database, Executor } from '../connection/connect.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';
import { runs } from '../tables.ts';

/** The counts of a pass so far. */
export interface RunFigures {
  readonly requests: number;
  readonly read: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly rejected: number;
  readonly deleted: number;
  readonly drifted: number;
}

export type RunOutcome = 'done' | 'failed' | 'unavailable' | 'interrupted';

/** Inserts the row of a pass into `runs`. Returns its id. */
export async function beginRun(db: Database, lease: Lease, resource: string, kind: string): Promise<number> {
  const [row] = await writing(db, lease, (tx) =>
    tx.insert(runs).values({ resource, kind, token: lease.token }).returning({ id: runs.id }),
  );
  if (row === undefined) throw new Error('INSERT INTO pylon_sync.runs returned no row');
  return row.id;
}

/** Completes the row of a pass that began under this lease, in one transaction with whatever `also` writes. */
export async function endRun(
  db: Database,
  lease: Lease,
  id: number,
  outcome: RunOutcome,
  figures: RunFigures,
  error?: string,
  also: (tx: Executor) => Promise<void> = async () => {},
): Promise<void> {
  await writing(db, lease, async (tx) => {
    await also(tx);
    await tx
      .update(runs)
      .set({
        outcome,
        error: error ?? null,
        finished_at: sql`now()`,
        requests: figures.requests,
        rows_read: figures.read,
        rows_inserted: figures.inserted,
        rows_updated: figures.updated,
        rows_unchanged: figures.unchanged,
        rows_rejected: figures.rejected,
        rows_deleted: figures.deleted,
        rows_drifted: figures.drifted,
      })
      .where(and(eq(runs.id, id), eq(runs.token, lease.token)));
  });
}

/** Marks passes as interrupted that an earlier lease began and did not end. */
export async function closeAbandonedRuns(db: Database, lease: Lease): Promise<void> {
  await writing(db, lease, (tx) =>
    tx
      .update(runs)
      .set({ outcome: 'interrupted', error: 'the process ended without finishing', finished_at: sql`now()` })
      .where(and(eq(runs.outcome, 'running'), ne(runs.token, lease.token))),
  );
}
