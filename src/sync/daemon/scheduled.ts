import type { Resource } from '../../resources/define.ts';
import { listed, type ScheduleName } from '../../resources/listed.ts';
import type { Report } from '../lib/failure-log.ts';
import type { PlannedPass, Tick } from '../lib/schedule.ts';
import type { Activity } from '../pass/activity.ts';
import type { Context } from '../pass/context.ts';
import type { ResourceProgress } from '../pass/progress.ts';
import type { PullOptions } from '../pass/pull-options.ts';
import { sums } from '../pass/sums.ts';
import type { Puller } from '../runs/changes.ts';
import { fullSync, type WholeOptions } from '../runs/full-sync.ts';
import { isUnfinished } from '../runs/resume.ts';
import { doneOnce } from './first-reading.ts';

export interface PlanOptions extends PullOptions {
  /** Cron expressions. */
  readonly schedule: string;
  readonly listSchedule: string;
  readonly reconcileSchedule: string;
  /** Whether everything has been read once. */
  readonly activity: Pick<Activity, 'complete'>;
  /** Called after each pull of the changes of every resource, once everything has been read. */
  readonly onPulled?: () => void;
}

type Results = readonly Readonly<ResourceProgress>[];

/**
 * The passes of the daemon that run by schedule: changes, lists and reconciliation, each resource at its own pace.
 */
export function plannedPasses(
  ctx: Context,
  options: PlanOptions,
  puller: Puller,
  report: Report,
): readonly PlannedPass[] {
  const { log } = ctx;
  const { resources } = options;
  const changing = resources.filter(({ changes }) => changes !== undefined);
  const named = (names: readonly string[]) => resources.filter(({ name }) => names.includes(name));
  const whole = (kind: WholeOptions['kind'], which: readonly Resource[], onEnded: Tick['ended']) =>
    fullSync(ctx, { ...options, kind, resources: which, finished: 'again', onEnded });
  const quietly = (pass: ScheduleName, results: Results) =>
    log.debug({ pass, ...sums(results) }, 'pass ended');
  const planned = (
    name: ScheduleName,
    cron: string,
    which: readonly Resource[],
    run: PlannedPass['run'],
  ) => ({
    ...{ name, cron, parts: which.map((resource) => resource.name) },
    run: async (tick: Tick) => {
      await run(tick);
      report.recovered(name);
    },
  });

  return [
    planned('changes', options.schedule, changing, async ({ parts, ended }) => {
      const results = await puller.pull(named(parts), ended);
      quietly('changes', results);
      const isComplete = parts.length === changing.length && results.every(({ state }) => state !== 'failed');
      if (isComplete && options.activity.complete) options.onPulled?.();
    }),
    planned('lists', options.listSchedule, listed(resources), async ({ parts, ended }) => {
      const free = named(parts).filter(({ name }) => !ctx.whole.isBusy(name));
      const known = await doneOnce(ctx, free);
      for (const name of parts) if (!known.some((resource) => resource.name === name)) ended(name);
      if (known.length > 0) quietly('lists', await whole('lists', known, ended));
    }),
    planned('reconcile', options.reconcileSchedule, resources, async ({ parts, isFirst, ended }) => {
      // At the start only what an earlier process had begun and not ended.
      if (isFirst && !(await isUnfinished(ctx, 'reconcile', resources))) return;
      const known = await doneOnce(ctx, named(parts));
      for (const name of parts) if (!known.some((resource) => resource.name === name)) ended(name);
      if (known.length === 0) return;
      const results = await whole('reconcile', known, ended);
      log.info({ pass: 'reconcile', ...sums(results) }, 'pass ended');
    }),
  ];
}
