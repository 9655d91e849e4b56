import { eq, sql } from 'drizzle-orm';
import type { Executor } from '../connection/connect.ts';
import { settings } from '../tables.ts';

/** Whether Pylon answers, as the last process that used it has noted. */
export interface PylonReach {
  /** Since when Pylon has not answered any request, RFC 3339; null while it answers. */
  readonly down_since: string | null;
  /** The last request that failed and its outcome: `GET /me: 503`; null while Pylon answers. */
  readonly last: string | null;
}

const KEY = 'pylon';

/** Saves whether Pylon answers; must run in a writing transaction. */
export async function saveReach(tx: Executor, reach: PylonReach): Promise<void> {
  await tx
    .insert(settings)
    .values({ key: KEY, value: reach })
    .onConflictDoUpdate({ target: settings.key, set: { value: reach, updated_at: sql`now()` } });
}

/** What was saved last; undefined if nothing was. */
export async function readReach(db: Executor): Promise<PylonReach | undefined> {
  const [row] = await db.select({ value: settings.value }).from(settings).where(eq(settings.key, KEY));
  return row?.value as PylonReach | undefined;
}
