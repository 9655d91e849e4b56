import { eq, sql } from 'drizzle-orm';
import type { Executor } from '../connection/connect.ts';
import { settings } from '../tables.ts';

/** Whether Pylon answers, as whoever asked it last has noted. */
export interface PylonReach {
  /** Since when it answers nothing at all, RFC 3339; null while it answers. */
  readonly down_since: string | null;
  /** What was asked last in vain, and what came instead: `GET /me: 503`; null while it answers. */
  readonly last: string | null;
}

const KEY = 'pylon';

/** Within a writing transaction. */
export async function saveReach(tx: Executor, reach: PylonReach): Promise<void> {
  await tx
    .insert(settings)
    .values({ key: KEY, value: reach })
    .onConflictDoUpdate({ target: settings.key, set: { value: reach, updated_at: sql`now()` } });
}

/** What was noted last; undefined before anything was. */
export async function readReach(db: Executor): Promise<PylonReach | undefined> {
  const [row] = await db.select({ value: settings.value }).from(settings).where(eq(settings.key, KEY));
  return row?.value as PylonReach | undefined;
}
