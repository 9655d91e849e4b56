import { sql } from 'drizzle-orm';
import { customObjects } from '../../resources/custom_objects.ts';
import type { Resource } from '../../resources/define.ts';
import { scheduleOf } from '../../resources/listed.ts';
import { readUntold, type Untold } from '../alerts/alerts.ts';
import { readTroubles, type ViewTrouble } from '../bi/trouble.ts';
import type { Database } from '../connection/connect.ts';
import { utc } from '../connection/utc.ts';
import type { Holder } from '../lease/lease.ts';
import { type Altered, readAltered } from '../mirror/altered.ts';
import { type Plan, readPlan } from '../progress/estimate.ts';
import { readSchedule, type Schedule } from '../progress/schedule.ts';
import { type BudgetUse, readBudgets } from '../workspace/budgets.ts';
import { type ClockDifference, readClock } from '../workspace/clock.ts';
import { type PylonReach, readReach } from '../workspace/reach.ts';
import { readTokenRefusal, type TokenRefusal } from '../workspace/token.ts';
import { boundWorkspace, type Workspace } from '../workspace/workspace.ts';
import { type ChangedCollation, changedCollations } from './collation.ts';
import { countEdits, type EditCounts } from './edit-counts.ts';
import { type ResourceFacts, readFacts } from './facts.ts';
import { type Late, lateness } from './lag.ts';
import { type LiveRows, readLiveRows } from './live-rows.ts';
import { standingRejects } from './standing-rejects.ts';
import { readTypesStatus, type TypesStatus } from './types.ts';

/** The status of one resource. */
export interface ResourceStatus extends ResourceFacts {
  /** Live rows. */
  readonly rows: number;
  /** Whether `rows` is an estimate, since the table is large. */
  readonly rows_estimated: boolean;
  /** Number of rejected objects that need attention: not those that were stored since. */
  readonly rejected: number;
  /** The share of its backfill that is done, by the last estimate, 0 to 1; null while unknown. */
  readonly covered: number | null;
  /** The schedules of the running daemon that it lags behind by three periods or more. */
  readonly late: readonly Late[];
}

/** A scan that found so many deletions that a person must approve them. */
interface StoppedScan {
  readonly id: number;
  readonly resource: string;
  readonly stopped_at: string;
  /** The types of its candidates, where the resource is read type by type; otherwise null. */
  readonly types: readonly string[] | null;
  /**
   * The number of rows that it did not see, of `live` rows in the table or of these types; `live` is null if they were
   * not counted.
   */
  readonly candidates: number;
  readonly live: number | null;
}

/** The status of the mirror, from its database alone. Times are RFC 3339 in UTC. */
export interface Status {
  /** When this was read, by the database's clock. */
  readonly as_of: string;
  readonly workspace: Workspace | null;
  /** The process that holds the lease; null if none does. */
  readonly holder: Holder | null;
  /** Whether Pylon answers at all; null before any request. */
  readonly pylon: PylonReach | null;
  /** Pylon's refusal of the token; null while Pylon accepts it. */
  readonly token: TokenRefusal | null;
  /** The schedule of the running daemon; null if none is running. */
  readonly schedule: Schedule | null;
  readonly resources: readonly ResourceStatus[];
  readonly stopped_scans: readonly StoppedScan[];
  /** Edits made in SQL. */
  readonly edits: EditCounts;
  /** What is left of reading everything; null before the daemon has estimated it. */
  readonly plan: Plan | null;
  /** The difference between Pylon's clock and the daemon's; null if it is small enough. */
  readonly clock: ClockDifference | null;
  /** The recent requests to each endpoint, and its limit. */
  readonly budgets: readonly BudgetUse[];
  /** Views that could not be created or updated. */
  readonly views: readonly ViewTrouble[];
  /** Collations that have changed since indexes were built with them. */
  readonly collations: readonly ChangedCollation[];
  /** Tables whose rows a user's trigger changes or suppresses. */
  readonly altered: readonly Altered[];
  /** Types of custom objects that Pylon does not know, or that are not followed. */
  readonly types: TypesStatus;
  /** Alerts that the receiver has not taken; null if none waits. */
  readonly untold: Untold | null;
}

async function readStoppedScans(db: Pick<Database, 'orm'>): Promise<readonly StoppedScan[]> {
  const { rows } = await db.orm.execute<StoppedScan & Record<string, unknown>>(sql`
    SELECT id::float8, resource, ${utc('coalesce(finished_at, started_at)')} AS stopped_at,
           coalesce(candidates, 0)::float8 AS candidates, live::float8 AS live,
           CASE resource WHEN ${customObjects.name} THEN (
             SELECT array_agg(DISTINCT row.type ORDER BY row.type)
               FROM pylon_sync.scan_candidates AS one JOIN ${customObjects.table} AS row ON row.id = one.record_id
              WHERE one.scan_id = scans.id) END AS types
      FROM pylon_sync.scans
     WHERE state = 'stopped' AND approved_at IS NULL
     ORDER BY id`);
  return rows;
}

/**
 * Makes children as fresh as their parents if they are read for changed parents only: if no parent changed, there was
 * nothing to read. Not while a pass over the children is running, or if the last one failed.
 */
function withParents(
  resources: readonly Resource[],
  facts: ReadonlyMap<string, ResourceFacts>,
): ReadonlyMap<string, ResourceFacts> {
  return new Map(
    [...facts].map(([name, own]) => {
      const pull = resources.find((resource) => resource.name === name)?.pull;
      const parent = pull?.by === 'parent' && pull.mark !== undefined ? facts.get(pull.parent) : undefined;
      const reading = own.last_run?.kind === 'changes' && own.last_run.outcome === 'running';
      const later = (parent?.lag_seconds ?? Infinity) < (own.lag_seconds ?? -1);
      if (parent === undefined || reading || own.failing !== null || !later) return [name, own];
      const { fresh_as_of, lag_seconds } = parent;
      return [name, { ...own, fresh_as_of, lag_seconds }];
    }),
  );
}

/**
 * The schedules that a resource lags behind. A resource that fails, is refused or was never read completely is
 * reported as such, not as late. Children that are read for changed parents only are as fresh as their parents, up to
 * the beginning of a running pass.
 */
function lateOf(
  resource: Resource,
  all: readonly Resource[],
  facts: ReadonlyMap<string, ResourceFacts>,
  schedule: Schedule | undefined,
  now: number,
): readonly Late[] {
  const own = facts.get(resource.name);
  if (own === undefined || own.failing !== null || own.unavailable) return [];
  if (schedule?.resources.includes(resource.name) !== true) return [];
  const { fresh_as_of, complete_as_of, last_run } = own;
  if (fresh_as_of === null || complete_as_of === null) return [];
  const { pull } = resource;
  const parent = pull.by === 'parent' && pull.mark !== undefined ? facts.get(pull.parent) : undefined;
  const isRead = last_run?.kind === 'changes' && last_run.outcome === 'running';
  const began = isRead && parent?.fresh_as_of != null ? earlier(parent.fresh_as_of, last_run.started_at) : '';
  const since = began > fresh_as_of ? began : fresh_as_of;
  const name = scheduleOf(resource, all);
  const found = [
    lateness(name, since, schedule, now),
    name === 'reconcile' ? undefined : lateness('reconcile', complete_as_of, schedule, now),
  ];
  return found.filter((late) => late !== undefined);
}

/** The earlier of two instants in the same RFC 3339 format. */
const earlier = (one: string, other: string) => (one < other ? one : other);

/** The resources that lag behind the schedules of the running daemon. */
export async function readLate(
  db: Pick<Database, 'orm'>,
  resources: readonly Resource[],
): Promise<readonly (Late & { readonly resource: string })[]> {
  const names = resources.map(({ name }) => name);
  const facts = withParents(resources, await readFacts(db, names));
  const schedule = await readSchedule(db.orm);
  return resources.flatMap((resource) =>
    lateOf(resource, resources, facts, schedule, Date.now()).map((late) => ({
      ...late,
      resource: resource.name,
    })),
  );
}

/**
 * Reads the status of the mirror. Uses the numbers of live rows in `counted`, or reads them; `edits` counts the edits, anew
 * where nothing is given.
 */
export async function readStatus(
  db: Pick<Database, 'orm'>,
  resources: readonly Resource[],
  counted?: ReadonlyMap<string, LiveRows>,
  edits: () => Promise<EditCounts> = () => countEdits(db.orm),
): Promise<Status> {
  const names = resources.map(({ name }) => name);
  const facts = withParents(resources, await readFacts(db, names));
  const rejected = await standingRejects(db, resources, facts);
  const live = counted ?? (await readLiveRows(db, resources));
  const plan = await readPlan(db.orm);
  const schedule = await readSchedule(db.orm);
  const covered = new Map(plan?.resources.map((planned) => [planned.resource, planned.covered]));
  const { rows } = await db.orm.execute<{ now: string; holder: Holder | null }>(sql`
    SELECT ${utc('clock_timestamp()')} AS now,
           (SELECT holder FROM pylon_sync.lease WHERE name = 'daemon' AND expires_at > clock_timestamp()) AS holder`);
  const as_of = rows[0]?.now ?? '';
  return {
    as_of,
    workspace: (await boundWorkspace(db.orm)) ?? null,
    holder: rows[0]?.holder ?? null,
    pylon: (await readReach(db.orm)) ?? null,
    token: await readTokenRefusal(db.orm),
    schedule: schedule ?? null,
    resources: resources.flatMap((resource) => {
      const { name } = resource;
      const row = facts.get(name);
      const late = lateOf(resource, resources, facts, schedule, Date.parse(as_of));
      return row === undefined
        ? []
        : [
            {
              ...{ ...row, covered: covered.get(name) ?? null, late },
              rows: live.get(name)?.rows ?? 0,
              rows_estimated: live.get(name)?.isEstimate ?? false,
              rejected: rejected.get(name) ?? 0,
            },
          ];
    }),
    stopped_scans: await readStoppedScans(db),
    edits: await edits(),
    plan: plan ?? null,
    clock: await readClock(db.orm),
    budgets: await readBudgets(db.orm),
    views: await readTroubles(db.orm),
    collations: await changedCollations(db.orm),
    altered: await readAltered(db.orm),
    types: await readTypesStatus(db.orm),
    untold: await readUntold(db.orm),
  };
}
