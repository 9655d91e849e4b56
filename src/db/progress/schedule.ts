import { sql } from 'drizzle-orm';
import { shortestPeriod } from '../../cron.ts';
import type { ScheduleName } from '../../resources/listed.ts';
import type { Database, Executor } from '../connection/connect.ts';
import { utc } from '../connection/utc.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';
import { settings } from '../tables.ts';

/** The schedule of the running daemon. */
export interface Schedule {
  /** When the daemon began to use it, RFC 3339: passes that were due earlier do not count as missed. */
  readonly since: string;
  /** The time zone of the cron expressions. */
  readonly zone: string;
  readonly crons: Readonly<Record<ScheduleName, string>>;
  /** Names of the resources that the daemon mirrors. */
  readonly resources: readonly string[];
  /** PYLON_SYNC_ALERT_LAG: seconds after which a resource is late; null: three periods of its schedule. */
  readonly lag_seconds?: number | null;
}

const KEY = 'schedule';

/** The shortest period of each schedule, in seconds. SQL, which cannot read cron expressions, judges ages by these. */
function periodsOf({ zone, crons }: Pick<Schedule, 'zone' | 'crons'>): Readonly<Record<string, number>> {
  const now = Date.now();
  return Object.fromEntries(
    Object.entries(crons).flatMap(([name, cron]) => {
      const period = shortestPeriod(cron, zone, now);
      return period === undefined ? [] : [[name, period / 1_000]];
    }),
  );
}

/** Publishes this daemon's schedule in the database. It is valid from now on, while the daemon holds the lease. */
export async function publishSchedule(
  db: Database,
  lease: Lease,
  { zone, crons, resources, lag_seconds = null }: Omit<Schedule, 'since'>,
): Promise<void> {
  const periods = periodsOf({ zone, crons });
  const value = { zone, crons, periods, resources, lag_seconds, token: String(lease.token) };
  await writing(db, lease, (tx) =>
    tx
      .insert(settings)
      .values({ key: KEY, value })
      .onConflictDoUpdate({ target: settings.key, set: { value, updated_at: sql`now()` } }),
  );
}

/** The schedule of the process that holds the lease; undefined if none does, or it has no schedule. */
export async function readSchedule(db: Executor): Promise<Schedule | undefined> {
  const { rows } = await db.execute<Schedule & Record<string, unknown>>(sql`
    SELECT ${utc('settings.updated_at')} AS since, value->>'zone' AS zone, value->'crons' AS crons,
           value->'resources' AS resources, (value->>'lag_seconds')::float8 AS lag_seconds
      FROM ${settings} AS settings JOIN pylon_sync.lease ON lease.name = 'daemon'
       AND lease.token::text = settings.value->>'token' AND lease.expires_at > clock_timestamp()
     WHERE settings.key = ${KEY}`);
  return rows[0];
}
