import { localZone } from '../../cron.ts';
import { awayOr, DatabaseAwayError } from '../../db/connection/away.ts';
import { approvedScans } from '../../db/deletions/scans.ts';
import { requeueHandovers } from '../../db/progress/handovers.ts';
import { publishSchedule } from '../../db/progress/schedule.ts';
import { causeOfStop, StoppedError } from '../../errors.ts';
import { link } from '../../pylon/signal.ts';
import { newBackgroundTasks } from '../lib/background-tasks.ts';
import { every } from '../lib/every.ts';
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
import { newChildSync, newSyncChildren } from '../runs/sync-children.ts';
import { withSession } from '../session/session.ts';
import { workInBackground } from './background.ts';
import { firstReading, type OnRead } from './first-reading.ts';
import { type Look, type LookOptions, looksOf } from './looks.ts';
import { type PlanOptions, plannedPasses } from './scheduled.ts';

export interface DaemonOptions extends PlanOptions, LookOptions {
  /** Share of each endpoint's budget for resweeps and the audit, 0 to 1; 0 for neither. */
  readonly auditShare: number;
  /** How edits are pushed. */
  readonly edits: Omit<PushOptions, 'resources'>;
  /** How the daemon listens for work that others put into its queues. */
  readonly notices: NoticeOptions;
  readonly activity: Activity;
  readonly onRead: OnRead;
  /** Seconds after which a resource lags behind; undefined: three periods of its schedule. */
  readonly alertLag?: number | undefined;
  /** Called after each pull of the changes of every resource, once everything has been read. */
  readonly onPulled?: () => void;
}

/** Milliseconds between the pulls of one minute; a transaction of theirs takes a few. */
const SPACING_MS = 20;

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
          linked.abort(new StoppedError(error));
          throw error;
        }),
      );
      await Promise.allSettled(works);
      await notices.close();
    });
    throw causeOfStop(linked.reason);
  } catch (error) {
    throw linked.aborted ? causeOfStop(linked.reason) : error;
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
  const puller = newPuller(ctx, { ...options, spacingMs: SPACING_MS }, followUps);
  const handedOver = newPuller(ctx, options, newChildSync(resources, followOne));
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
  const looking = ({ name, look, pause, idle = async () => {} }: Look) =>
    every(
      pause,
      signal,
      async () => {
        const more = await look();
        report.recovered(name);
        return more;
      },
      (error) => report.failed(name, error),
    ).then(idle);
  const approved = newBackgroundTasks(report);
  /** Approved deletions that an earlier process did not finish. */
  const goOn = async () => {
    for (const scan of await approvedScans(ctx.db.orm))
      approved.begin(`scan ${scan.id}`, async () => void (await settleApproved(ctx, scan)));
  };
  const commands = { options, puller: handedOver, edits, beside: true };

  return [
    firstReading(ctx, options),
    runEditPusher(ctx, edits, notices, report),
    goOn()
      .catch((error: unknown) => report.failed('approve', error))
      .then(approved.idle),
    runSchedule(plannedPasses(ctx, options, puller, report), { log, signal, onError: report.failed }),
    ...looksOf(ctx, options, { followUps, notices, commands, report }).map(looking),
    workInBackground(ctx, options, followUps, report),
  ];
}
