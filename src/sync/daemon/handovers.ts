import { endHandover, type Handover, takeHandover } from '../../db/progress/handovers.ts';
import { reasonOf, UsageError } from '../../errors.ts';
import { resourceNamed } from '../../resources/index.ts';
import type { BackgroundTasks } from '../lib/background-tasks.ts';
import type { Context } from '../pass/context.ts';
import type { ResourceProgress } from '../pass/progress.ts';
import type { PullOptions } from '../pass/pull-options.ts';
import type { PushOptions } from '../push/push.ts';
import { type PushReport, pushOnce } from '../push/push-once.ts';
import { approve } from '../runs/approve.ts';
import type { Puller } from '../runs/changes.ts';
import { fullSync } from '../runs/full-sync.ts';

/** The outcome of a command. */
export type WorkOutcome =
  | { readonly results: readonly Readonly<ResourceProgress>[] }
  | { readonly push: PushReport };

/** The daemon's answer to a handed-over command. */
export type HandoverOutcome =
  | WorkOutcome
  /** `usage`: whether the command's arguments were wrong. */
  | { readonly error: string; readonly usage: boolean };

/** What a command is executed with. */
export interface CommandContext {
  readonly options: PullOptions;
  readonly puller: Puller;
  readonly edits: PushOptions;
  /** Whether edits are being pushed anyway, so that `push` only waits for them. */
  readonly beside: boolean;
}

/** Commands executed concurrently: one that waits for Pylon does not block the next few. */
const MOST = 4;

/** Starts handed-over commands, up to `MOST` at a time. False when others may wait. */
export async function takeHandovers(
  ctx: Context,
  means: CommandContext,
  beside: BackgroundTasks,
): Promise<boolean> {
  while (beside.size() < MOST) {
    const handover = await takeHandover(ctx.db, ctx.lease);
    if (handover === undefined) return true;
    beside.begin(`handover ${handover.id}`, () => executeHandover(ctx, means, handover));
  }
  return false;
}

/** Executes one handed-over command and saves its outcome. */
async function executeHandover(
  ctx: Context,
  means: CommandContext,
  handover: Handover & { readonly id: number },
): Promise<void> {
  const { db, lease, log } = ctx;
  const { id, command } = handover;
  log.info({ handover: id, command, ...handover.arguments }, 'work handed over');
  try {
    const outcome: HandoverOutcome = await executeCommand(ctx, means, handover);
    await endHandover(db, lease, id, 'done', outcome);
  } catch (error) {
    if (ctx.signal.aborted) throw error;
    const outcome: HandoverOutcome = { error: reasonOf(error), usage: error instanceof UsageError };
    await endHandover(db, lease, id, 'failed', outcome);
    if (!(error instanceof UsageError)) throw error;
  }
}

/**
 * Executes `sync` (one pull of changes), `reconcile` (a full comparison, or the approval of a stopped scan) or `push`
 * (the edits that are due).
 */
export async function executeCommand(
  ctx: Context,
  { options, puller, edits, beside }: CommandContext,
  handover: Handover,
): Promise<WorkOutcome> {
  if (handover.command === 'push') {
    const { dryRun } = handover.arguments;
    return { push: await pushOnce(ctx, edits, { dryRun, beside }) };
  }
  const named = handover.arguments.resources.map(resourceNamed);
  const resources = named.length === 0 ? options.resources : named;
  if (handover.command === 'sync') return { results: await puller.pull(resources) };
  const { approve: scan, deep = false } = handover.arguments;
  if (scan !== undefined) return { results: [await approve(ctx, scan)] };
  return {
    results: await fullSync(ctx, { ...options, kind: 'reconcile', resources, deep, finished: 'again' }),
  };
}
