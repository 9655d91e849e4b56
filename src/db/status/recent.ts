import { sql } from 'drizzle-orm';
import type { Database } from '../connection/connect.ts';
import { utc } from '../connection/utc.ts';
import type { RunStatus } from './facts.ts';

/** Recent activity. Times are RFC 3339 in UTC. */
export interface History {
  /**
   * By resource, the number of rows changed in each half hour of the last day, oldest first. Only resources with
   * changes.
   */
  readonly changes: Readonly<Record<string, readonly number[]>>;
  /**
   * Runs of the last day that changed something or failed, and those that are running: running ones first, then the
   * newest.
   */
  readonly runs: readonly PastRun[];
  /** The newest deletions, newest first. */
  readonly deletions: readonly Deletion[];
}

export interface PastRun extends RunStatus {
  readonly id: number;
  readonly resource: string;
}

export interface Deletion {
  readonly resource: string;
  readonly record_id: string;
  readonly deleted_at: string;
  /** When the record was restored; null if it was not. */
  readonly restored_at: string | null;
  /** What proves the deletion. */
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** The number of half hours in a day. */
export const SLOTS = 48;
const RUNS = 15;
const DELETIONS = 8;

/** What changed in each slot of time, the newest runs and the newest deletions, for the operator's page. */
export async function readHistory(db: Pick<Database, 'orm'>): Promise<History> {
  return { changes: await readChanges(db), runs: await readRuns(db), deletions: await readDeletions(db) };
}

async function readChanges(db: Pick<Database, 'orm'>): Promise<History['changes']> {
  const { rows } = await db.orm.execute<{ resource: string; slot: number; changed: number }>(sql`
    SELECT resource,
           -- The clock of the process that ended the run may be ahead of the database's.
           least(${SLOTS}::integer, greatest(1, width_bucket(
             extract(epoch FROM now() - finished_at)::float, 0, 86400, ${SLOTS}::integer))) AS slot,
           sum(rows_inserted + rows_updated + rows_deleted)::float AS changed
      FROM pylon_sync.runs
     WHERE finished_at > now() - interval '1 day'
     GROUP BY 1, 2
    HAVING sum(rows_inserted + rows_updated + rows_deleted) > 0`);
  const changes: Record<string, number[]> = {};
  for (const { resource, slot, changed } of rows) {
    const slots = changes[resource] ?? new Array<number>(SLOTS).fill(0);
    slots[SLOTS - slot] = changed;
    changes[resource] = slots;
  }
  return changes;
}

async function readRuns(db: Pick<Database, 'orm'>): Promise<readonly PastRun[]> {
  const { rows } = await db.orm.execute<PastRun & Record<string, unknown>>(sql`
    SELECT id::float, resource, kind, outcome, error, ${utc('started_at')} AS started_at,
           ${utc('finished_at')} AS finished_at, requests, rows_read::float AS read,
           rows_inserted::float AS inserted, rows_updated::float AS updated,
           rows_unchanged::float AS unchanged, rows_deleted::float AS deleted,
           rows_rejected::float AS rejected, rows_drifted::float AS drifted
      FROM pylon_sync.runs
     WHERE outcome = 'running'
        OR finished_at > now() - interval '1 day'
           AND (outcome IN ('failed', 'interrupted') OR rows_inserted + rows_updated + rows_deleted > 0)
     ORDER BY outcome = 'running' DESC, runs.id DESC LIMIT ${RUNS}`);
  return rows;
}

async function readDeletions(db: Pick<Database, 'orm'>): Promise<readonly Deletion[]> {
  const { rows } = await db.orm.execute<Deletion & Record<string, unknown>>(sql`
    SELECT resource, record_id, ${utc('deleted_at')} AS deleted_at, ${utc('restored_at')} AS restored_at,
           evidence
      FROM pylon_sync.tombstones ORDER BY id DESC LIMIT ${DELETIONS}`);
  return rows;
}
