import { comingEdits, statesOf } from '../../db/edits/queue.ts';
import { allowedWork } from '../../edits/actions.ts';
import type { State } from '../../edits/states.ts';
import { sleep } from '../../sleep.ts';
import type { Context } from '../pass/context.ts';
import { type Preview, previewEdits } from './preview.ts';
import { newPusher, type PushOptions, pushDue } from './push.ts';

/** The edits that were due, counted by their state afterwards. */
export interface PushReport {
  readonly states: Readonly<Partial<Record<State, number>>>;
  /** What would be sent, if `dryRun` was set. */
  readonly previews?: readonly Preview[];
}

const LOOK_MS = 100;

/**
 * Sends the due edits once and returns their states afterwards. With `dryRun`, returns only what would be sent. With
 * `beside`, a running daemon sends them, and this waits until none is due.
 *
 * @throws the signal's reason; what `Pusher.take` and `Pusher.idle` throw.
 */
export async function pushOnce(
  ctx: Context,
  options: PushOptions,
  {
    dryRun,
    beside,
  }: {
    readonly dryRun: boolean;
    /** Whether a running daemon sends the edits. */
    readonly beside: boolean;
  },
): Promise<PushReport> {
  if (dryRun) return { states: {}, previews: await previewEdits(ctx, options) };
  const due = await comingEdits(ctx.db.orm, allowedWork(options.allow));
  if (!beside) {
    const pusher = newPusher(ctx, options);
    await pusher.begin();
    await pushDue(pusher);
  }
  for (;;) {
    const rows = await statesOf(ctx.db.orm, due);
    if (!beside || rows.every(({ isDue }) => !isDue)) {
      const states: Partial<Record<State, number>> = {};
      for (const { state } of rows) states[state] = (states[state] ?? 0) + 1;
      return { states };
    }
    await sleep(LOOK_MS, ctx.signal);
  }
}
