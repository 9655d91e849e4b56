import { eq, sql } from 'drizzle-orm';
import type { Executor } from '../connection/connect.ts';
import { settings } from '../tables.ts';

/** How far Pylon's clock and the daemon's are apart, as long as that is further than incremental pulls overlap. */
export interface ClockDifference {
  /** Seconds by which Pylon's clock is ahead; negative where it is behind. */
  readonly ahead_seconds: number;
}

const KEY = 'clock';

/** Within a writing transaction; undefined where the clocks agree. */
export async function saveClock(tx: Executor, difference: ClockDifference | undefined): Promise<void> {
  if (difference === undefined) {
    await tx.delete(settings).where(eq(settings.key, KEY));
    return;
  }
  await tx
    .insert(settings)
    .values({ key: KEY, value: difference })
    .onConflictDoUpdate({ target: settings.key, set: { value: difference, updated_at: sql`now()` } });
}

/** The difference last noted; null where the clocks agree, or nobody knows. */
export async function readClock(db: Executor): Promise<ClockDifference | null> {
  const [row] = await db.select({ value: settings.value }).from(settings).where(eq(settings.key, KEY));
  return (row?.value as ClockDifference | undefined) ?? null;
}
