import { eq, sql } from 'drizzle-orm';
import type { Executor } from '../connection/connect.ts';
import { settings } from '../tables.ts';

/** The difference between Pylon's clock and the daemon's, noted while it exceeds the overlap of incremental pulls. */
export interface ClockDifference {
  /** Seconds by which Pylon's clock is ahead; negative if it is behind. */
  readonly ahead_seconds: number;
}

const KEY = 'clock';

/** Saves the difference; undefined means that the clocks agree. Must run in a writing transaction. */
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

/** The difference last saved; null if the clocks agree, or none was measured. */
export async function readClock(db: Executor): Promise<ClockDifference | null> {
  const [row] = await db.select({ value: settings.value }).from(settings).where(eq(settings.key, KEY));
  return (row?.value as ClockDifference | undefined) ?? null;
}
