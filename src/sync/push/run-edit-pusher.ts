import { setTimeout as sleep } from 'node:timers/promises';
import { listenForEdits } from '../../db/edits/listen.ts';
import type { Report } from '../lib/failure-log.ts';
import type { Context } from '../pass/context.ts';
import { newPusher, type PushOptions } from './push.ts';

export interface EditPusherOptions extends PushOptions {
  /** Where to listen for edits; undefined: looked for each second alone. */
  readonly listenUrl: string | undefined;
  /** Milliseconds between looks for edits that nobody told of; default 1,000. */
  readonly lookMs?: number;
}

const LOOK_MS = 1_000;
const AFTER_FAILURE_MS = 5_000;

/** A wait that can be cut short. */
function newBell() {
  let ring = () => {};
  let rung = false;
  return {
    ring: () => {
      rung = true;
      ring();
    },
    async wait(ms: number, signal: AbortSignal): Promise<void> {
      const cut = new AbortController();
      ring = () => cut.abort();
      if (!rung)
        await sleep(ms, undefined, { signal: AbortSignal.any([signal, cut.signal]) }).catch(() => {});
      rung = false;
    },
  };
}

/**
 * Carries edits as they come, until the context's signal: at once where the database tells of them, within a second
 * where it does not. What goes wrong with one record is that record's matter; what goes wrong with all of it is
 * reported, and tried again.
 */
export async function runEditPusher(ctx: Context, options: EditPusherOptions, report: Report): Promise<void> {
  const { signal } = ctx;
  const { lookMs = LOOK_MS } = options;
  const bell = newBell();
  const pusher = newPusher(ctx, options, bell.ring);
  const listener = options.listenUrl === undefined ? undefined : listenForEdits(options.listenUrl, bell.ring);
  let hasBegun = false;
  try {
    while (!signal.aborted) {
      let waitMs = lookMs;
      try {
        if (!hasBegun) await pusher.begin();
        hasBegun = true;
        await pusher.take();
        report.recovered('edits');
      } catch (error) {
        if (signal.aborted) break;
        report.failed('edits', error);
        waitMs = AFTER_FAILURE_MS;
      }
      await bell.wait(waitMs, signal);
    }
  } finally {
    await listener?.close();
    await pusher.idle().catch(() => {});
  }
}
