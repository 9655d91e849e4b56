import { ticksOf } from '../../cron.ts';
import type { Resource } from '../../resources/define.ts';
import { listed, type ScheduleName } from '../../resources/listed.ts';
import { sleepUnlessAborted } from '../../sleep.ts';
import { allOf } from '../lib/all-of.ts';
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
import { familiesOf } from './families.ts';
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
  /** Waits; ends early with the signal. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Milliseconds over which the lists of one tick begin, so that they do not all come at once. */
const SPREAD_MS = 30_000;
/** The same as a share of the time until the next tick, which is to find them read. */
const SPREAD_SHARE = 0.25;

/** Milliseconds after a tick at which each of some lists begins: evenly, in their order. */
function beginningsOf(cron: string, lists: number): readonly number[] {
  const now = Date.now();
  const untilNextMs = (ticksOf(cron).next(now) ?? Number.POSITIVE_INFINITY) - now;
  const stepMs = Math.min(SPREAD_MS, SPREAD_SHARE * untilNextMs) / lists;
  return Array.from({ length: lists }, (_, place) => (place + 0.5) * stepMs);
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
  const { resources, wait = sleepUnlessAborted } = options;
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
      const known = await doneOnce(ctx, named(parts));
      for (const name of parts) if (!known.some((resource) => resource.name === name)) ended(name);
      // A resource has its place among all, whichever of them are read.
      const families = familiesOf(listed(resources));
      const beginnings = beginningsOf(options.listSchedule, families.length);
      const read = families.map(async (family, place) => {
        const own = known.filter((resource) => family.includes(resource));
        if (own.length === 0) return [];
        await wait(beginnings[place] ?? 0, ctx.signal);
        ctx.signal.throwIfAborted();
        const free = own.filter(({ name }) => !ctx.whole.isBusy(name));
        for (const { name } of own) if (!free.some((resource) => resource.name === name)) ended(name);
        return free.length === 0 ? [] : await whole('lists', free, ended);
      });
      const results = (await allOf(read)).flat();
      if (results.length > 0) quietly('lists', results);
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
