import type { Resource } from '../../resources/define.ts';
import type { Alerter } from '../alerts/alerter.ts';
import { newBackgroundTasks } from '../lib/background-tasks.ts';
import type { Bell } from '../lib/bell.ts';
import type { Left, Pause } from '../lib/every.ts';
import type { Report } from '../lib/failure-log.ts';
import type { Notices } from '../lib/notices.ts';
import type { Activity } from '../pass/activity.ts';
import type { Context } from '../pass/context.ts';
import type { FollowUpQueue } from '../runs/follow-up-queue.ts';
import { newRereads } from '../runs/reread-queue.ts';
import { newClockWatch } from './clock-watch.ts';
import { type CommandContext, takeHandovers } from './handovers.ts';
import { forget } from './retention.ts';
import { newPlanNote } from './save-estimate.ts';
import { newWatch } from './watch.ts';

/** Something that the daemon looks at again and again. */
export interface Look {
  readonly name: string;
  /** Looks, and does or begins what there is to do. */
  readonly look: () => Promise<Left>;
  readonly pause: Pause;
  /** Resolves when what was begun has ended; default: at once. */
  readonly idle?: () => Promise<void>;
}

export interface LookOptions {
  readonly resources: readonly Resource[];
  readonly overlapSeconds: number;
  /** Days for which settled edits, history and the like are kept. */
  readonly retentionDays: number;
  readonly activity: Activity;
  /** Sends alerts; its bell rings when there is something to save. Undefined: none are sent. */
  readonly alerter?: (Alerter & { readonly bell: Bell }) | undefined;
}

/** What the looks have in common with the other work of the daemon. */
export interface LookMeans {
  readonly followUps: FollowUpQueue;
  readonly notices: Notices;
  /** What handed-over commands are executed with. */
  readonly commands: CommandContext;
  readonly report: Report;
}

/** Milliseconds between looks at a queue in which something waits. */
const LOOK_MS = 1_000;
/** Milliseconds between looks for children of changed records; whoever queues some rings. After a failure it is less. */
const DRAIN_MS = 60_000;
const DRAIN_FAILED_MS = 5_000;
/** Milliseconds between updates of the estimate of the first read, while that runs and afterwards. */
const PLAN_MS = 2_000;
const PLANNED_MS = 60_000;
/** Milliseconds between looks for what is wrong. */
const WATCH_MS = 30_000;
/** Milliseconds between looks for children that are to be read again. */
const AGAIN_MS = 60_000;
/** Milliseconds between looks whether retention is due. */
const FORGET_MS = 600_000;
/** Milliseconds between comparisons of Pylon's clock with ours. */
const CLOCK_MS = 5_000;

const pausing = (ms: number): Pause => ({ ms: () => ms });

/** What the daemon looks at beside its schedules, its audit and the queue of edits. */
export function looksOf(
  ctx: Context,
  options: LookOptions,
  { followUps, notices, commands, report }: LookMeans,
): readonly Look[] {
  const { resources, activity, alerter } = options;
  const { bells, lookMs } = notices;
  const rereads = newRereads(ctx, resources, followUps);
  const rereading = newBackgroundTasks(report);
  const commanded = newBackgroundTasks(report);
  const watch = newWatch(ctx, resources, alerter);
  const watchClock = newClockWatch(ctx, options.overlapSeconds);
  const notePlan = newPlanNote(ctx, activity);
  const retention = { resources, days: options.retentionDays };
  const each = (name: string, work: () => Promise<void>, pause: Pause): Look => ({
    ...{ name, pause },
    look: () => work().then(() => false),
  });
  return [
    ...followUps.children.map((child) => ({
      name: `changes of ${child.name}`,
      look: () => followUps.drain(child),
      pause: { ms: () => DRAIN_MS, failedMs: DRAIN_FAILED_MS, bell: followUps.bell(child) },
    })),
    each('children due again', () => followUps.noteDueAgain(ctx), pausing(AGAIN_MS)),
    {
      name: 'rereads',
      async look() {
        const names = await rereads.waiting();
        for (const name of names)
          rereading.begin(`rereads of ${name}`, async () => void (await rereads.drain(name)));
        // Nobody notifies of those that were postponed.
        return names.length > 0 && LOOK_MS;
      },
      pause: { ms: lookMs, bell: bells.rereads },
      idle: rereading.idle,
    },
    {
      name: 'handovers',
      look: async () => !(await takeHandovers(ctx, commands, commanded)) && LOOK_MS,
      pause: { ms: lookMs, bell: bells.handovers },
      idle: commanded.idle,
    },
    each('clock', watchClock, pausing(CLOCK_MS)),
    // Once everything has been read, there is nothing to estimate.
    each('plan', notePlan, { ms: () => (activity.complete ? PLANNED_MS : PLAN_MS) }),
    each('what is wrong', watch, { ...pausing(WATCH_MS), ...(alerter && { bell: alerter.bell }) }),
    each('forgetting', () => forget(ctx, retention), pausing(FORGET_MS)),
  ];
}
