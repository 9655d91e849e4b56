import { localZone } from '../../cron.ts';
import { awayOr, DatabaseAwayError } from '../../db/connection/away.ts';
import { approvedScans } from '../../db/deletions/scans.ts';
import { requeueHandovers } from '../../db/progress/handovers.ts';
import { publishSchedule } from '../../db/progress/schedule.ts';
import { link } from '../../pylon/wire/signal.ts';
import type { Alerter } from '../alerts/alerter.ts';
import { newBackgroundTasks } from '../lib/background-tasks.ts';
import type { Bell } from '../lib/bell.ts';
import { every, type Left } from '../lib/every.ts';
import { type FailureLog, newFailureLog, type Report } from '../lib/failure-log.ts';
import { type NoticeOptions, type Notices, newNotices } from '../lib/notices.ts';
import { runSchedule } from '../lib/schedule.ts';
import type { Activity } from '../pass/activity.ts';
import type { Context } from '../pass/context.ts';
import type { PushOptions } from '../push/push.ts';
import { runEditPusher } from '../push/run-edit-pusher.ts';
import { settleApproved } from '../runs/approve.ts';
import { newPuller } from '../runs/changes.ts';
import { newFollowUpQueue } from '../runs/follow-up-queue.ts';
import { newRereads } from '../runs/reread-queue.ts';
import { newChildSync, newSyncChildren } from '../runs/sync-children.ts';
import { withSession } from '../session/session.ts';
import { workInBackground } from './background.ts';
import { newClockWatch } from './clock-watch.ts';
import { firstReading, type OnRead } from './first-reading.ts';
import { takeHandovers } from './handovers.ts';
import { forget } from './retention.ts';
import { newPlanNote } from './save-estimate.ts';
import { type PlanOptions, plannedPasses } from './scheduled.ts';
import { newWatch } from './watch.ts';

export interface DaemonOptions extends PlanOptions {
  /** Share of each endpoint's budget for resweeps and the audit, 0 to 1; 0 for neither. */
  readonly auditShare: number;
  /** How edits are pushed. */
  readonly edits: Omit<PushOptions, 'resources'>;
  /** How the daemon listens for work that others put into its queues. */
  readonly notices: NoticeOptions;
  /** Days for which settled edits, history and the like are kept. */
  readonly retentionDays: number;
  readonly activity: Activity;
  readonly onRead: OnRead;
  /** Sends alerts; its bell rings when there is something to save. Undefined: none are sent. */
  readonly alerter?: (Alerter & { readonly bell: Bell }) | undefined;
  /** Seconds after which a resource lags behind; undefined: three periods of its schedule. */
  readonly alertLag?: number | undefined;
  /** Called after each pull of the changes of every resource, once everything has been read. */
  readonly onPulled?: () => void;
}

/** Milliseconds between looks for what this process notes, and at a queue in which something waits. */
const LOOK_MS = 1_000;
/** Milliseconds between updates of the estimate of the first read. */
const PLAN_MS = 2_000;
/** Milliseconds between looks for what is wrong. */
const WATCH_MS = 30_000;
/** Milliseconds between looks for children that are to be read again. */
const AGAIN_MS = 60_000;
/** Milliseconds between looks whether retention is due. */
const FORGET_MS = 600_000;
/** Milliseconds between comparisons of Pylon's clock with ours. */
const CLOCK_MS = 5_000;

/**
 * The daemon's work under one lease, until the context's signal: the first read; changes, lists and reconciliation by
 * schedule; rereads, handed-over commands and edits as they come; resweeps and the audit within their share.
 *
 * @throws the signal's reason.
 */
export async function serve(outer: Context, options: DaemonOptions): Promise<never> {
  const linked = link(outer.signal);
  const trouble = newFailureLog(outer.log);
  const ctx: Context = {
    ...outer,
    signal: linked.signal,
    onProgress: passedOn(outer, options.activity, trouble),
  };
  try {
    await withSession(ctx, async () => {
      await requeueHandovers(ctx.db, ctx.lease);
      await publishSchedule(ctx.db, ctx.lease, {
        zone: localZone(),
        crons: {
          changes: options.schedule,
          lists: options.listSchedule,
          reconcile: options.reconcileSchedule,
        },
        resources: options.resources.map(({ name }) => name),
        lag_seconds: options.alertLag ?? null,
      });
      const notices = newNotices(ctx, options.notices);
      const works = workOf(ctx, options, trouble, notices).map((work) =>
        work.catch((error: unknown) => {
          linked.abort(error);
          throw error;
        }),
      );
      await Promise.allSettled(works);
      await notices.close();
    });
    throw linked.signal.reason;
  } catch (error) {
    throw linked.signal.aborted ? linked.signal.reason : error;
  } finally {
    linked.unlink();
  }
}

/** Passes progress on to the log, to the activity that the port shows, and to the failure log. */
function passedOn({ onProgress }: Context, activity: Activity, trouble: FailureLog): Context['onProgress'] {
  return (progress, step) => {
    const { kind, resource, state, error } = progress;
    if (kind === 'backfill') activity.progress.set(resource, progress);
    if (state === 'failed') trouble.failed(`${kind} ${resource}`, { kind, resource, error });
    if (state === 'done') trouble.recovered(`${kind} ${resource}`);
    onProgress(progress, step);
  };
}

function workOf(
  ctx: Context,
  options: DaemonOptions,
  trouble: FailureLog,
  notices: Notices,
): readonly Promise<void>[] {
  const { log, signal } = ctx;
  const { resources } = options;
  const edits = { ...options.edits, resources };
  const followOne = newSyncChildren(ctx, options);
  const followUps = newFollowUpQueue(resources, followOne);
  const puller = newPuller(ctx, options, followUps);
  const handedOver = newPuller(ctx, options, newChildSync(resources, followOne));
  const rereads = newRereads(ctx, resources, followUps);
  const report: Report = {
    failed(pass, error) {
      const away = awayOr(error);
      // All work waits for the database, not this pass alone.
      if (away instanceof DatabaseAwayError) ctx.lease.giveUp(away);
      if (signal.aborted) throw error;
      trouble.failed(pass, { pass, error });
    },
    recovered: (pass) => trouble.recovered(pass),
  };
  const looking = (name: string, look: () => Promise<Left>, pauseMs: number | (() => number), bell?: Bell) =>
    every(
      { ms: typeof pauseMs === 'number' ? () => pauseMs : pauseMs, ...(bell && { bell }) },
      signal,
      async () => {
        const more = await look();
        report.recovered(name);
        return more;
      },
      (error) => report.failed(name, error),
    );
  const approved = newBackgroundTasks(report);
  /** Approved deletions that an earlier process did not finish. */
  const goOn = async () => {
    for (const scan of await approvedScans(ctx.db.orm))
      approved.begin(`scan ${scan.id}`, async () => void (await settleApproved(ctx, scan)));
  };
  const rereading = newBackgroundTasks(report);
  const reread = async () => {
    const names = await rereads.waiting();
    for (const name of names)
      rereading.begin(`rereads of ${name}`, async () => void (await rereads.drain(name)));
    // Nobody notifies of those that were postponed.
    return names.length > 0 && LOOK_MS;
  };
  const commanded = newBackgroundTasks(report);
  const { bells } = notices;
  const handovers = async () => !(await takeHandovers(ctx, means, commanded)) && LOOK_MS;
  const means = { options, puller: handedOver, edits, beside: true };
  const retention = { resources, days: options.retentionDays };
  const watch = newWatch(ctx, resources, options.alerter);
  const watchClock = newClockWatch(ctx, options.overlapSeconds);
  const notePlan = newPlanNote(ctx, options.activity);

  return [
    firstReading(ctx, options),
    runEditPusher(ctx, edits, notices, report),
    goOn()
      .catch((error: unknown) => report.failed('approve', error))
      .then(approved.idle),
    runSchedule(plannedPasses(ctx, options, puller, report), { log, signal, onError: report.failed }),
    ...followUps.children.map((child) =>
      looking(`changes of ${child.name}`, () => followUps.drain(child), LOOK_MS),
    ),
    looking('children due again', () => followUps.noteDueAgain(ctx).then(() => false), AGAIN_MS),
    looking('rereads', reread, notices.lookMs, bells.rereads).then(rereading.idle),
    looking('handovers', handovers, notices.lookMs, bells.handovers).then(commanded.idle),
    looking('clock', () => watchClock().then(() => false), CLOCK_MS),
    looking('plan', () => notePlan().then(() => false), PLAN_MS),
    looking('what is wrong', () => watch().then(() => false), WATCH_MS, options.alerter?.bell),
    looking('forgetting', () => forget(ctx, retention).then(() => false), FORGET_MS),
    workInBackground(ctx, options, followUps, report),
  ];
}
