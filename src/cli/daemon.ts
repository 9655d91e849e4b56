import type { Resource } from '../resources/define.ts';
import { backfill } from '../sync/backfill.ts';
import type { Context } from '../sync/context.ts';
import type { PassState, ResourceProgress } from '../sync/progress.ts';
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
  let ended = new Map<string, PassState>();
  const read = (on: Context, resources: readonly Resource[]) =>
    resources.length === 0 ? [] : backfill(on, { resources, since, windowDays });
  const pass = async (name: string, resources: readonly Resource[], on: Context) => {
    // What did not end well stays unfinished, and is taken up again; what is read beside it then counts as
    // read already. So those that did not end well are read by themselves.
    const isTroubled = ({ name: resource }: Resource) => (ended.get(resource) ?? 'done') !== 'done';
    const results = [
      ...(await read(
        on,
        resources.filter((resource) => !isTroubled(resource)),
      )),
      ...(await read(on, resources.filter(isTroubled))),
    ];
    ended = new Map([...ended, ...results.map(({ resource, state }) => [resource, state] as const)]);
    log.info({ pass: name, ...sums(results) }, 'pass ended');
    return results;
  };
  await onBackfilled(await pass('backfill', config.resources, ctx));
  // From here on a pass is routine: its steps are details.
  const routine = { ...ctx, onProgress: logSteps(log, 'debug', ctx.signal) };
  const lists = listed(config.resources);
  await runSchedule(
    [
      {
        name: 'lists',
        cron: config.listSchedule,
        run: async () => void (await pass('lists', lists, routine)),
      },
      {
        name: 'reconcile',
        cron: config.reconcileSchedule,
        run: async () => void (await pass('reconcile', config.resources, routine)),
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
