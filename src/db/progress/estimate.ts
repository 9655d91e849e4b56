import { eq, sql } from 'drizzle-orm';
import type { Executor } from '../connection/connect.ts';
import { settings } from '../tables.ts';

/** What is left of reading everything, as the daemon last estimated it. */
export interface Plan {
  /** When it was estimated, RFC 3339. */
  readonly as_of: string;
  /** Seconds that are left because of the rate limits alone; null while unknown, 0 if nothing is left. */
  readonly seconds_left: number | null;
  /** The endpoint that will take the longest, e.g. `GET /issues/{id}/messages`. */
  readonly bottleneck: string | null;
  /** Whether it may take longer, because not everything that has to be read is known yet. */
  readonly at_least: boolean;
  /** The slowest first. */
  readonly endpoints: readonly {
    readonly endpoint: string;
    readonly remaining_requests: number;
    readonly seconds_left: number;
  }[];
  /** Resources whose backfill is not done. */
  readonly resources: readonly {
    readonly resource: string;
    readonly state: string;
    /** Share of the work done, 0 to 1; null while unknown. */
    readonly covered: number | null;
    readonly remaining_requests: number | null;
  }[];
}

const KEY = 'plan';

/** Saves the estimate; must run in a writing transaction. */
export async function savePlan(tx: Executor, plan: Plan): Promise<void> {
  await tx
    .insert(settings)
    .values({ key: KEY, value: plan })
    .onConflictDoUpdate({ target: settings.key, set: { value: plan, updated_at: sql`now()` } });
}

/** The estimate last saved; undefined before the first. */
export async function readPlan(db: Executor): Promise<Plan | undefined> {
  const [row] = await db.select({ value: settings.value }).from(settings).where(eq(settings.key, KEY));
  return row?.value as Plan | undefined;
}
