import { eq } from 'drizzle-orm';
import type { Executor } from '../connection/connect.ts';
import { settings } from '../tables.ts';
import { readSetting, writeSetting } from './setting.ts';

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
  await writeSetting(tx, KEY, difference);
}

/** The difference last saved; null if the clocks agree, or none was measured. */
export async function readClock(db: Executor): Promise<ClockDifference | null> {
  return (await readSetting<ClockDifference>(db, KEY)) ?? null;
}
