import { sql } from 'drizzle-orm';
import type { ScheduleName } from '../../resources/listed.ts';
import type { Database, Executor } from '../connection/connect.ts';
import { utc } from '../connection/utc.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';
import { settings } from '../tables.ts';

/** What the daemon at work goes by. */
export interface Schedule {
  /** When it began, RFC 3339: it has missed nothing that was due before. */
  readonly since: string;
  /** The zone whose local time the expressions name. */
  readonly zone: string;
  readonly crons: Readonly<Record<ScheduleName, string>>;
  /** Names of the resources that it mirrors. */
  readonly resources: readonly string[];
}

const KEY = 'schedule';

/** Tells whoever reads the mirror what this daemon goes by, from now on and while it holds the lease. */
export async function publishSchedule(
  db: Database,
  lease: Lease,
  { zone, crons, resources }: Omit<Schedule, 'since'>,
): Promise<void> {
  const value = { zone, crons, resources, token: String(lease.token) };
  await writing(db, lease, (tx) =>
    tx
      .insert(settings)
      .values({ key: KEY, value })
      .onConflictDoUpdate({ target: settings.key, set: { value, updated_at: sql`now()` } }),
  );
}

/** What the process goes by that holds the lease; undefined where none does, or one that has no schedule. */
export async function readSchedule(db: Executor): Promise<Schedule | undefined> {
  const { rows } = await db.execute<Schedule & Record<string, unknown>>(sql`
    SELECT ${utc('settings.updated_at')} AS since, value->>'zone' AS zone, value->'crons' AS crons,
           value->'resources' AS resources
      FROM ${settings} AS settings JOIN pylon_sync.lease ON lease.name = 'daemon'
       AND lease.token::text = settings.value->>'token' AND lease.expires_at > clock_timestamp()
     WHERE settings.key = ${KEY}`);
  return rows[0];
}
