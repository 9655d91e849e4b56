import { endHandover, type Handover, takeHandover } from '../db/handovers.ts';
import { reasonOf, UsageError } from '../errors.ts';
import { resourceNamed } from '../resources/index.ts';
import { approve } from './approve.ts';
import type { Puller } from './changes.ts';
import type { Context } from './context.ts';
import type { ResourceProgress } from './progress.ts';
import type { PullOptions } from './pull-options.ts';
import { readWhole } from './whole.ts';

/** What the daemon says of work that was handed to it. */
export type HandoverOutcome =
  | { readonly results: readonly Readonly<ResourceProgress>[] }
  /** `usage`: the words of the command were wrong. */
  | { readonly error: string; readonly usage: boolean };

/** Does one piece of work that a command handed over. False when none waits. */
export async function takeHandovers(ctx: Context, options: PullOptions, puller: Puller): Promise<boolean> {
  const { db, lease, log } = ctx;
  const handover = await takeHandover(db, lease);
  if (handover === undefined) return false;
  const { id, command } = handover;
  log.info({ handover: id, command, ...handover.arguments }, 'work handed over');
  try {
    const outcome: HandoverOutcome = { results: await perform(ctx, options, puller, handover) };
    await endHandover(db, lease, id, 'done', outcome);
  } catch (error) {
    if (ctx.signal.aborted) throw error;
    const outcome: HandoverOutcome = { error: reasonOf(error), usage: error instanceof UsageError };
    await endHandover(db, lease, id, 'failed', outcome);
    if (!(error instanceof UsageError)) throw error;
  }
  return true;
}

/** One incremental pull, one full comparison, or one stopped scan let through. */
export async function perform(
  ctx: Context,
  options: PullOptions,
  puller: Puller,
  handover: Handover,
): Promise<readonly Readonly<ResourceProgress>[]> {
  const named = handover.arguments.resources.map(resourceNamed);
  if (handover.command === 'sync') return puller.pull(named.length === 0 ? options.resources : named);
  const { approve: scan } = handover.arguments;
  if (scan !== undefined) return [await approve(ctx, scan)];
  const resources = named.length === 0 ? options.resources : named;
  return readWhole(ctx, { ...options, kind: 'reconcile', resources, finished: 'again' });
}
