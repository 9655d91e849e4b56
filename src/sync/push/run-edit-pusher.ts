import { nextEditMs } from '../../db/edits/queue.ts';
import { every, type Left } from '../lib/every.ts';
import type { Report } from '../lib/failure-log.ts';
import type { Notices } from '../lib/notices.ts';
import type { Context } from '../pass/context.ts';
import { newPusher, type PushOptions } from './push.ts';

/** Milliseconds until the queue is looked at again while edits wait; doubled each time that none could be claimed. */
const FIRST_MS = 1_000;
const AFTER_FAILURE_MS = 5_000;

/**
 * Sends edits as they are made, until the context's signal: at once if the database notifies of them, otherwise at
 * the next look after `lookMs`. A failure that concerns one record puts its edits back; any other failure is
 * reported, and retried after a pause.
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
    // Nobody notifies of the end of a person's lock, or of edits that wait for another one.
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
