import { awayOr, DatabaseAwayError } from '../db/away.ts';
import { reviveHandovers } from '../db/handovers.ts';
import { forgetOld } from '../db/retention.ts';
import { pruneRuns } from '../db/runs.ts';
import { approvedScans } from '../db/scans.ts';
import { link } from '../pylon/signal.ts';
import type { Activity } from './activity.ts';
import { settleApproved } from './approve.ts';
import { workInBackground } from './background.ts';
import { newPuller } from './changes.ts';
import type { Context } from './context.ts';
import { type CarryingOptions, carryEdits } from './edits/carrying.ts';
import { every } from './every.ts';
import { sums } from './figures.ts';
import { doneOnce, firstReading, type OnRead } from './first-reading.ts';
import { newFollow, newFollowOne } from './follow.ts';
import { takeHandovers } from './handovers.ts';
import { listed } from './listed.ts';
import { newPlanNote } from './note-plan.ts';
import type { ResourceProgress } from './progress.ts';
import type { PullOptions } from './pull-options.ts';
import { newRereads } from './rereads.ts';
import { runSchedule } from './schedule.ts';
import { withSession } from './session.ts';
import { isUnfinished } from './take-up.ts';
import { newTrail } from './trail.ts';
import { newTrouble, type Report, type Trouble } from './trouble.ts';
import { readWhole, type WholeOptions } from './whole.ts';

export interface DaemonOptions extends PullOptions {
  /** Cron expressions. */
  readonly schedule: string;
  readonly listSchedule: string;
  readonly reconcileSchedule: string;
  /** Part of each endpoint's budget for resweeps and audit; 0 for neither. */
  readonly auditShare: number;
  /** How edits are carried. */
  readonly edits: Omit<CarryingOptions, 'resources'>;
  /** Days after which settled edits are forgotten. */
  readonly retentionDays: number;
  readonly activity: Activity;
  readonly onRead: OnRead;
}

/** Milliseconds between looks for records to be read, and for work that commands hand over. */
const LOOK_MS = 1_000;
/** Milliseconds between notes of what is left of the first reading. */
const PLAN_MS = 2_000;

/**
 * The daemon's work under one lease: everything once, changes meanwhile and from then on, lists and the full
 * comparison by schedule, what is to be read again and people's edits as they come, resweeps and audit at their share. Until the
 * context's signal.
 *
 * @throws the signal's reason.
 */
export async function serve(outer: Context, options: DaemonOptions): Promise<never> {
  const linked = link(outer.signal);
  const trouble = newTrouble(outer.log);
  const ctx: Context = {
    ...outer,
    signal: linked.signal,
    onProgress: told(outer, options.activity, trouble),
  };
  try {
    await withSession(ctx, async () => {
      await reviveHandovers(ctx.db, ctx.lease);
      const works = workOf(ctx, options, trouble).map((work) =>
        work.catch((error: unknown) => {
          linked.abort(error);
          throw error;
        }),
      );
      await Promise.allSettled(works);
    });
    throw linked.signal.reason;
  } catch (error) {
    throw linked.signal.aborted ? linked.signal.reason : error;
  } finally {
    linked.unlink();
  }
}

/** Progress for the log, for whoever looks at this process, and for the level at which a failure is told. */
function told({ onProgress }: Context, activity: Activity, trouble: Trouble): Context['onProgress'] {
  return (progress, step) => {
    const { kind, resource, state, error } = progress;
    if (kind === 'backfill') activity.progress.set(resource, progress);
    if (state === 'failed') trouble.failed(`${kind} ${resource}`, { kind, resource, error });
    if (state === 'done') trouble.worked(`${kind} ${resource}`);
    onProgress(progress, step);
  };
}

function workOf(ctx: Context, options: DaemonOptions, trouble: Trouble): readonly Promise<void>[] {
  const { log, signal } = ctx;
  const { resources } = options;
  const edits = { ...options.edits, resources };
  const followOne = newFollowOne(ctx, options);
  const trail = newTrail(resources, followOne);
  const puller = newPuller(ctx, options, trail);
  const handedOver = newPuller(ctx, options, newFollow(resources, followOne));
  const rereads = newRereads(ctx, resources, trail);
  const report: Report = {
    failed(pass, error) {
      const away = awayOr(error);
      // Everybody's work waits for the database, not this pass alone.
      if (away instanceof DatabaseAwayError) ctx.lease.giveUp(away);
      if (signal.aborted) throw error;
      trouble.failed(pass, { pass, error });
    },
    worked: (pass) => trouble.worked(pass),
  };
  const ended = (pass: string, results: readonly Readonly<ResourceProgress>[]) =>
    log.debug({ pass, ...sums(results) }, 'pass ended');
  const whole = (kind: WholeOptions['kind'], which: WholeOptions['resources']) =>
    readWhole(ctx, { ...options, kind, resources: which, finished: 'again' });

  const reconcile = async () => {
    const known = await doneOnce(ctx, resources);
    if (known.length === 0) return;
    const results = await whole('reconcile', known);
    await pruneRuns(ctx.db, ctx.lease);
    const forgotten = await forgetOld(ctx.db, ctx.lease, resources, options.retentionDays);
    log.debug({ ...forgotten }, 'what was too old was forgotten');
    log.info({ pass: 'reconcile', ...sums(results) }, 'pass ended');
  };
  /** What an earlier process was in the middle of. */
  const goOn = async () => {
    for (const scan of await approvedScans(ctx.db.orm)) await settleApproved(ctx, scan);
    if (await isUnfinished(ctx, 'reconcile', resources)) await reconcile();
  };
  const lists = async () => {
    const free = listed(resources).filter(({ name }) => !ctx.whole.isHeld(name));
    const known = await doneOnce(ctx, free);
    if (known.length > 0) ended('lists', await whole('lists', known));
  };
  const changes = async () => ended('changes', await puller.pull());
  const planned = (name: string, cron: string, run: () => Promise<void>, atStart = true) => ({
    ...{ name, cron, atStart },
    run: () => run().then(() => report.worked(name)),
  });
  const looking = (name: string, look: () => Promise<boolean>, pauseMs = LOOK_MS) =>
    every(
      pauseMs,
      signal,
      async () => {
        const more = await look();
        report.worked(name);
        return more;
      },
      (error) => report.failed(name, error),
    );
  const notePlan = newPlanNote(ctx, options.activity);

  return [
    firstReading(ctx, options),
    carryEdits(ctx, edits, report),
    goOn().catch((error: unknown) => report.failed('reconcile', error)),
    runSchedule(
      [
        planned('changes', options.schedule, changes),
        planned('lists', options.listSchedule, lists),
        planned('reconcile', options.reconcileSchedule, reconcile, false),
      ],
      { log, signal, onError: report.failed },
    ),
    ...trail.children.map((child) => looking(`changes of ${child.name}`, () => trail.drain(child))),
    looking('rereads', async () => (await rereads.drain()) > 0),
    looking('handovers', () => takeHandovers(ctx, { options, puller: handedOver, edits, beside: true })),
    looking('plan', () => notePlan().then(() => false), PLAN_MS),
    workInBackground(ctx, options, trail, report),
  ];
}
