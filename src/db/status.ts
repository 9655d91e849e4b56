import { sql } from 'drizzle-orm';
import type { Resource } from '../resources/define.ts';
import { type BudgetUse, readBudgets } from './budgets.ts';
import type { Database } from './connect.ts';
import type { Holder } from './lease.ts';
import type { RunFigures } from './runs.ts';
import { boundWorkspace, type Workspace } from './workspace.ts';

/** How one resource's mirror is doing. Times are RFC 3339 in UTC. */
export interface ResourceStatus {
  readonly resource: string;
  /** Live rows. */
  readonly rows: number;
  /** When the last pass that read everything began: every live row is at least that fresh. */
  readonly fresh_as_of: string | null;
  readonly last_run: RunStatus | null;
  /** Whether Pylon refuses this resource to the token (403) or does not have it (404). */
  readonly unavailable: boolean;
  /** Objects that could not be stored. */
  readonly rejected: number;
  /** Rows that wait to be read again. */
  readonly waiting: number;
  /** Progress of the backfill: `done`, `unfinished`, or `none` before the first. */
  readonly backfill: 'done' | 'unfinished' | 'none';
  /** For resources read by time: windows read and windows found by the unfinished backfill. */
  readonly windows: { readonly done: number; readonly found: number } | null;
}

export interface RunStatus extends RunFigures {
  readonly kind: string;
  readonly outcome: string;
  readonly error: string | null;
  readonly started_at: string;
  readonly finished_at: string | null;
}

export interface Status {
  readonly workspace: Workspace | null;
  /** Who holds the lease at present. */
  readonly holder: Holder | null;
  readonly resources: readonly ResourceStatus[];
  /** What was asked of each endpoint in the last minute of work, and what may be. */
  readonly budgets: readonly BudgetUse[];
}

const utc = (column: string) =>
  sql.raw(`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`);

/** One row a resource of everything but the count of live rows, keyed by name. */
async function readFacts(db: Database, names: readonly string[]) {
  const { rows } = await db.orm.execute<ResourceStatus & Record<string, unknown>>(sql`
    SELECT resource,
           (SELECT ${utc('max(started_at)')} FROM pylon_sync.runs
             WHERE runs.resource = named.resource AND outcome = 'done') AS fresh_as_of,
           (SELECT jsonb_build_object(
                     'kind', kind, 'outcome', outcome, 'error', error, 'started_at', ${utc('started_at')},
                     'finished_at', ${utc('finished_at')}, 'requests', requests, 'read', rows_read,
                     'inserted', rows_inserted, 'updated', rows_updated, 'unchanged', rows_unchanged,
                     'rejected', rows_rejected)
              FROM pylon_sync.runs WHERE runs.resource = named.resource ORDER BY id DESC LIMIT 1) AS last_run,
           (SELECT outcome = 'unavailable' FROM pylon_sync.runs
             WHERE runs.resource = named.resource AND outcome IN ('done', 'unavailable')
             ORDER BY id DESC LIMIT 1) IS TRUE AS unavailable,
           (SELECT count(*)::integer FROM pylon_sync.rejected_records AS r WHERE r.resource = named.resource) AS rejected,
           (SELECT count(*)::integer FROM pylon_sync.rereads AS r WHERE r.resource = named.resource) AS waiting,
           CASE WHEN scoped.done IS NULL THEN 'none' WHEN scoped.done THEN 'done' ELSE 'unfinished' END AS backfill,
           (SELECT jsonb_build_object('done', count(*) FILTER (WHERE (position->>'done')::boolean), 'found', count(*))
              FROM pylon_sync.cursors AS c
             WHERE c.resource = named.resource AND starts_with(c.scope, scoped.scope || ' window ')
            HAVING count(*) > 0) AS windows
      FROM unnest(${sql.param([...names])}::text[]) AS named(resource)
      LEFT JOIN LATERAL (
            SELECT scope, (position->>'done')::boolean AS done FROM pylon_sync.cursors AS c
             WHERE c.resource = named.resource AND scope ~ '^(backfill|range [^ ]+)$'
             ORDER BY updated_at DESC LIMIT 1) AS scoped ON true`);
  return new Map(rows.map((row) => [row.resource, row]));
}

/** Live rows of every table, in one statement. */
async function countRows(db: Database, resources: readonly Resource[]): Promise<ReadonlyMap<string, number>> {
  const counts = resources.map(
    ({ name, table }) =>
      sql`SELECT ${name}::text AS resource, count(*)::integer AS live FROM ${table} WHERE _deleted_at IS NULL`,
  );
  const { rows } = await db.orm.execute<{ resource: string; live: number }>(
    sql.join(counts, sql` UNION ALL `),
  );
  return new Map(rows.map((row) => [row.resource, row.live]));
}

/** What is known of the mirror from the database alone. */
export async function readStatus(db: Database, resources: readonly Resource[]): Promise<Status> {
  const facts = await readFacts(
    db,
    resources.map(({ name }) => name),
  );
  const counts = await countRows(db, resources);
  const { rows } = await db.orm.execute<{ holder: Holder }>(
    sql`SELECT holder FROM pylon_sync.lease WHERE name = 'daemon' AND expires_at > clock_timestamp()`,
  );
  return {
    workspace: (await boundWorkspace(db.orm)) ?? null,
    holder: rows[0]?.holder ?? null,
    resources: resources.flatMap(({ name }) => {
      const row = facts.get(name);
      return row === undefined ? [] : [{ ...row, rows: counts.get(name) ?? 0 }];
    }),
    budgets: await readBudgets(db.orm),
  };
}
