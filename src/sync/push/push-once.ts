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
/** So many edits are looked at together while a daemon sends them. */
const PART = 1_000;

/** Waits until none of the edits is due. Looks at a part of them until none of that is, and then at the next. */
async function untilNoneIsDue({ db, signal }: Context, ids: readonly number[]): Promise<void> {
  const parts = Math.ceil(ids.length / PART);
  // An edit that was put back may be due again by the time that the last part is not.
  for (let at = 0, calm = 0; calm < parts; ) {
    const states = await statesOf(db.orm, ids.slice(at * PART, (at + 1) * PART));
    if (states.some(({ isDue }) => isDue)) {
      calm = 0;
      await sleep(LOOK_MS, signal);
    } else {
      calm += 1;
      at = (at + 1) % parts;
    }
  }
}

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
  if (beside) await untilNoneIsDue(ctx, due);
  else {
    const pusher = newPusher(ctx, options);
    await pusher.begin();
    await pushDue(pusher);
  }
  const states: Partial<Record<State, number>> = {};
  for (const { state } of await statesOf(ctx.db.orm, due)) states[state] = (states[state] ?? 0) + 1;
  return { states };
}
