import type { Resource } from '../resources/define.ts';
import { backfill } from '../sync/backfill.ts';
import type { Context } from '../sync/context.ts';
import type { ResourceProgress } from '../sync/progress.ts';
import { listed } from './listed.ts';
import { runSchedule } from './schedule.ts';
import type { Setup } from './setup.ts';
import { logSteps } from './steps.ts';

/** Told when the first complete pass of this process has ended. */
export type OnBackfilled = (results: readonly Readonly<ResourceProgress>[]) => Promise<void>;

/**
 * The daemon's work under one lease: everything once, then by schedule, until the context's signal.
 *
 * @throws the signal's reason when the lease is lost; whatever keeps the first pass from being made.
 */
export async function serve(setup: Setup, ctx: Context, onBackfilled: OnBackfilled): Promise<void> {
  const { config, log } = setup;
  const { windowDays, since } = config;
  const pass = async (name: string, resources: readonly Resource[], on: Context, again: boolean) => {
    const results = resources.length === 0 ? [] : await backfill(on, { resources, since, windowDays, again });
    log.info({ pass: name, ...sums(results) }, 'pass ended');
    return results;
  };
  await onBackfilled(await pass('backfill', config.resources, ctx, false));
  // From here on a pass is routine: its steps are details.
  const routine = { ...ctx, onProgress: logSteps(log, 'debug', ctx.signal) };
  const lists = listed(config.resources);
  await runSchedule(
    [
      {
        name: 'lists',
        cron: config.listSchedule,
        run: async () => void (await pass('lists', lists, routine, true)),
      },
      {
        name: 'reconcile',
        cron: config.reconcileSchedule,
        run: async () => void (await pass('reconcile', config.resources, routine, true)),
      },
    ],
    log,
    ctx.signal,
  );
  ctx.signal.throwIfAborted();
}

function sums(results: readonly Readonly<ResourceProgress>[]) {
  const sum = (figure: 'read' | 'inserted' | 'updated' | 'rejected' | 'requests') =>
    results.reduce((total, progress) => total + progress[figure], 0);
  const failed = results.filter(({ state }) => state === 'failed').map(({ resource }) => resource);
  return {
    ...{ read: sum('read'), inserted: sum('inserted'), updated: sum('updated') },
    ...{ rejected: sum('rejected'), requests: sum('requests') },
    ...(failed.length === 0 ? {} : { failed }),
  };
}
