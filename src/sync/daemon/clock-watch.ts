import { writing } from '../../db/lease/transaction.ts';
import { readClock, saveClock } from '../../db/workspace/clock.ts';
import type { Context } from '../pass/context.ts';

/** A difference that grows by less than this is not reported again. */
const NEWS_SECONDS = 30;

/**
 * Returns a function that compares Pylon's clock with ours at each call. A difference beyond the overlap of
 * incremental pulls is logged and saved for `status`, and so is its end. It causes no gap, since the earlier clock
 * counts, but more is read.
 */
export function newClockWatch(ctx: Context, overlapSeconds: number): () => Promise<void> {
  const { db, lease, log, pylon } = ctx;
  /** Undefined before the first look. */
  let noted: number | null | undefined;
  return async () => {
    const aheadMs = pylon.aheadMs();
    if (aheadMs === undefined) return;
    const seconds = Math.round(aheadMs / 1_000);
    const differs = Math.abs(seconds) > overlapSeconds;
    if (noted === undefined) noted = (await readClock(db.orm))?.ahead_seconds ?? null;
    if (differs ? noted !== null && Math.abs(seconds - noted) < NEWS_SECONDS : noted === null) return;
    await writing(db, lease, (tx) => saveClock(tx, differs ? { ahead_seconds: seconds } : undefined));
    noted = differs ? seconds : null;
    if (differs)
      log.warn({ aheadSeconds: seconds }, "Pylon's clock and this machine's differ: one of them is wrong");
    else log.info({ aheadSeconds: seconds }, "Pylon's clock and this machine's agree again");
  };
}
