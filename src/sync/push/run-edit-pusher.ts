import { nextEditMs } from '../../db/edits/queue.ts';
import { every, type Left } from '../lib/every.ts';
import type { Report } from '../lib/failure-log.ts';
import type { Notices } from '../lib/notices.ts';
import type { Context } from '../pass/context.ts';
import { newPusher, type PushOptions } from './push.ts';

/** Milliseconds before edits that wait are looked at again, doubled each time that none of them could be taken up. */
const FIRST_MS = 1_000;
const AFTER_FAILURE_MS = 5_000;

/**
 * Carries edits as they come, until the context's signal: at once where the database tells of them, within a second
 * where it does not. What goes wrong with one record is that record's matter; what goes wrong with all of it is
 * reported, and tried again.
 */
export async function runEditPusher(
  ctx: Context,
  options: PushOptions,
  { bells: { edits: bell }, lookMs }: Notices,
  report: Report,
): Promise<void> {
  const { signal } = ctx;
  const pusher = newPusher(ctx, options, bell.ring);
  let hasBegun = false;
  let waitMs = FIRST_MS;
  const look = async (): Promise<Left> => {
    if (!hasBegun) await pusher.begin();
    hasBegun = true;
    const { records, waiting } = await pusher.take();
    report.recovered('edits');
    // What a person keeps locked, or what waits for another edit, is told of by nobody.
    waitMs = waiting && records === 0 ? 2 * waitMs : FIRST_MS;
    if (!waiting) return false;
    return Math.min(waitMs, await nextEditMs(ctx.db.orm));
  };
  const pause = { ms: lookMs, failedMs: AFTER_FAILURE_MS, bell };
  try {
    await every(pause, signal, look, (error) => report.failed('edits', error));
  } finally {
    await pusher.idle().catch(() => {});
  }
}
