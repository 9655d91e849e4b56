import { sql } from 'drizzle-orm';
import type { Database } from '../connection/connect.ts';
import { utc } from '../connection/utc.ts';
import type { RunFigures } from '../progress/runs.ts';

/** What the database says about one resource. Times are RFC 3339 in UTC. */
export interface ResourceFacts {
  readonly resource: string;
  /**
   * When the newest complete pass began: the mirror contains what Pylon contained then. Null until everything has
   * been read once, because a pass over the changes does not cover the rest.
   */
  readonly fresh_as_of: string | null;
  /** Seconds since `fresh_as_of`, by the database's clock. */
  readonly lag_seconds: number | null;
  /** When the newest complete read of the resource began; null before the first. */
  readonly complete_as_of: string | null;
  readonly last_run: RunStatus | null;
  /**
   * The newest failure after which no pass of the same kind, and no complete read, has succeeded; null if there is
   * none.
   */
  readonly failing: Failure | null;
  /** Whether Pylon refuses this resource to the token (403) or does not offer it (404). */
  readonly unavailable: boolean;
  /** Number of rejected objects, including those that were stored later. */
  readonly rejected: number;
  /** Number of records queued to be fetched again. */
  readonly waiting: number;
  /** Number of records deleted in the last 24 hours and not restored. */
  readonly deleted: number;
  readonly drift: Drift;
  /** Progress of the backfill: `done`, `unfinished`, or `none` before the first. */
  readonly backfill: 'done' | 'unfinished' | 'none';
  /**
   * For resources listed by time: the windows that the unfinished backfill has read and found; null if it has none.
   */
  readonly windows: { readonly done: number; readonly found: number } | null;
}

export interface RunStatus extends RunFigures {
  readonly kind: string;
  readonly outcome: string;
  readonly error: string | null;
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly deleted: number;
  readonly drifted: number;
}

interface Failure {
  readonly kind: string;
  readonly error: string;
  readonly at: string;
}

/** Numbers of rows that differed from Pylon although earlier passes had covered the time of their change. */
interface Drift {
  /** In the newest reconciliation; null before the first. */
  readonly reconcile: number | null;
  /**
   * Among the objects that the audit read in the last 7 days; `rate` is `drifted / sampled`, null if it read none.
   */
  readonly audit: {
    readonly sampled: number;
    readonly differed: number;
    readonly drifted: number;
    readonly rate: number | null;
  };
}

/** The kinds of passes that read everything (FULL), and these plus the one that reads changes (COVERING). */
const FULL = sql.raw(`('backfill', 'lists', 'reconcile')`);
const COVERING = sql.raw(`('backfill', 'lists', 'reconcile', 'changes')`);

/**
 * SQL for the runs of the current resource after an id, and for the newest of them. It compares both columns of the
 * index: for `resource = …` the planner would scan all runs backwards by id, which for a rarely read resource are
 * those of a year.
 */
const runsAfter = (id: string) =>
  sql.raw(`FROM pylon_sync.runs WHERE (runs.resource, runs.id) > (named.resource, ${id})
                AND (runs.resource, runs.id) <= (named.resource, 9223372036854775807)`);
const RUNS = runsAfter('0');
const NEWEST = sql.raw('ORDER BY runs.resource DESC, runs.id DESC LIMIT 1');

/** The facts of each named resource. Reads only the newest runs, however many there are. */
export async function readFacts(
  db: Pick<Database, 'orm'>,
  names: readonly string[],
): Promise<ReadonlyMap<string, ResourceFacts>> {
  const { rows } = await db.orm.execute<ResourceFacts & Record<string, unknown>>(sql`
    SELECT named.resource,
           ${utc('fresh.started_at')} AS fresh_as_of,
           CASE WHEN fresh.started_at IS NOT NULL
                THEN greatest(0, floor(extract(epoch FROM clock_timestamp() - fresh.started_at)))::float8
            END AS lag_seconds,
           ${utc('complete.started_at')} AS complete_as_of,
           (SELECT jsonb_build_object(
                     'kind', kind, 'outcome', outcome, 'error', error, 'started_at', ${utc('started_at')},
                     'finished_at', ${utc('finished_at')}, 'requests', requests, 'read', rows_read,
                     'inserted', rows_inserted, 'updated', rows_updated, 'unchanged', rows_unchanged,
                     'deleted', rows_deleted, 'rejected', rows_rejected, 'drifted', rows_drifted)
              ${RUNS} ${NEWEST}) AS last_run,
           (SELECT jsonb_build_object('kind', kind, 'error', coalesce(error, ''), 'at', ${utc('coalesce(finished_at, started_at)')})
              FROM (SELECT DISTINCT ON (kind) * ${runsAfter('coalesce(whole.id, 0)')}
                       AND outcome IN ('done', 'unavailable', 'failed') ORDER BY kind, runs.id DESC) AS latest
             WHERE outcome = 'failed' ORDER BY id DESC LIMIT 1) AS failing,
           (SELECT outcome = 'unavailable' ${RUNS} AND outcome IN ('done', 'unavailable')
                   ${NEWEST}) IS TRUE AS unavailable,
           (SELECT count(*)::float8 FROM pylon_sync.rejected_records AS r WHERE r.resource = named.resource) AS rejected,
           (SELECT count(*)::float8 FROM pylon_sync.rereads AS r WHERE r.resource = named.resource) AS waiting,
           (SELECT count(*)::float8 FROM pylon_sync.tombstones AS t
             WHERE t.resource = named.resource AND t.deleted_at > now() - interval '1 day'
               AND t.restored_at IS NULL) AS deleted,
           jsonb_build_object(
             'reconcile', (SELECT rows_drifted ${RUNS} AND kind = 'reconcile' AND finished_at IS NOT NULL ${NEWEST}),
             'audit', (SELECT jsonb_build_object(
                                'sampled', coalesce(sum(sampled), 0), 'differed', coalesce(sum(differed), 0),
                                'drifted', coalesce(sum(drifted), 0), 'rate', sum(drifted) / nullif(sum(sampled), 0))
                         FROM pylon_sync.audits AS a
                        WHERE a.resource = named.resource AND a.day > (now() AT TIME ZONE 'UTC')::date - 7)) AS drift,
           CASE WHEN scoped.done IS NULL THEN 'none' WHEN scoped.done THEN 'done' ELSE 'unfinished' END AS backfill,
           (SELECT jsonb_build_object('done', count(*) FILTER (WHERE (position->>'done')::boolean), 'found', count(*))
              FROM pylon_sync.cursors AS c
             WHERE c.resource = named.resource AND starts_with(c.scope, scoped.scope || ' window ')
            HAVING count(*) > 0) AS windows
      FROM unnest(${sql.param([...names])}::text[]) AS named(resource)
      LEFT JOIN LATERAL (
            SELECT id ${RUNS} AND outcome IN ('done', 'unavailable') AND kind IN ${FULL} ${NEWEST}) AS whole ON true
      LEFT JOIN LATERAL (
            SELECT id, started_at ${RUNS} AND outcome = 'done' AND kind IN ${FULL} ${NEWEST}) AS complete ON true
      LEFT JOIN LATERAL (
            SELECT started_at ${RUNS} AND outcome = 'done' AND kind IN ${COVERING} AND complete.id IS NOT NULL
                   ${NEWEST}) AS fresh ON true
      LEFT JOIN LATERAL (
            SELECT scope, (position->>'done')::boolean AS done FROM pylon_sync.cursors AS c
             WHERE c.resource = named.resource AND scope ~ '^(backfill|range [^ ]+)$'
             ORDER BY updated_at DESC LIMIT 1) AS scoped ON true`);
  return new Map(rows.map((row) => [row.resource, row]));
}
