import { and, eq, ne, sql } from 'drizzle-orm';
import type { Database } from '../connection/connect.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';
import { runs, scans } from '../tables.ts';

/** The end of a pass, or how far it has come. */
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

/** Opens the row of a pass; its id. */
export async function beginRun(db: Database, lease: Lease, resource: string, kind: string): Promise<number> {
  const [row] = await writing(db, lease, (tx) =>
    tx.insert(runs).values({ resource, kind, token: lease.token }).returning({ id: runs.id }),
  );
  if (row === undefined) throw new Error('INSERT INTO pylon_sync.runs returned no row');
  return row.id;
}

/** Closes the row of a pass that this lease opened. */
export async function endRun(
  db: Database,
  lease: Lease,
  id: number,
  outcome: RunOutcome,
  figures: RunFigures,
  error?: string,
): Promise<void> {
  await writing(db, lease, (tx) =>
    tx
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
      .where(and(eq(runs.id, id), eq(runs.token, lease.token))),
  );
}

/** Closes the rows of passes that were made under an earlier lease and ended without a word. */
export async function closeAbandonedRuns(db: Database, lease: Lease): Promise<void> {
  await writing(db, lease, (tx) =>
    tx
      .update(runs)
      .set({ outcome: 'interrupted', error: 'the process ended without finishing', finished_at: sql`now()` })
      .where(and(eq(runs.outcome, 'running'), ne(runs.token, lease.token))),
  );
}

/**
 * Forgets what nobody will ask for: runs and scans that found nothing, after two days; other runs after ninety.
 * A scan that deleted something stays, as part of the evidence.
 */
export async function pruneRuns(db: Database, lease: Lease): Promise<void> {
  await writing(db, lease, async (tx) => {
    await tx.execute(sql`
      DELETE FROM ${runs}
       WHERE finished_at < now() - interval '90 days'
          OR (finished_at < now() - interval '2 days' AND outcome = 'done' AND kind IN ('changes', 'reread', 'resweep')
              AND rows_inserted + rows_updated + rows_deleted + rows_rejected = 0)`);
    await tx.execute(sql`
      DELETE FROM ${scans}
       WHERE finished_at < now() - interval '2 days' AND state IN ('applied', 'abandoned') AND deleted = 0`);
  });
}
