import { setTimeout as sleep } from 'node:timers/promises';
import { readCursor } from '../db/cursors.ts';
import type { Resource } from '../resources/define.ts';
import type { Activity } from './activity.ts';
import type { Context } from './context.ts';
import { sums } from './figures.ts';
import type { PassPosition } from './pass.ts';
import type { ResourceProgress } from './progress.ts';
import type { PullOptions } from './pull-options.ts';
import { readWhole } from './whole.ts';

/** Told when everything has been gone through once in this process. */
export type OnRead = (results: readonly Readonly<ResourceProgress>[]) => Promise<void>;

/** Milliseconds before what failed is tried again, doubled each time. */
const FIRST_MS = 10_000;
const MOST_MS = 300_000;

/** Resources of which everything has been read once. */
export async function doneOnce(ctx: Context, resources: readonly Resource[]): Promise<readonly Resource[]> {
  const positions = await Promise.all(
    resources.map(({ name }) => readCursor<PassPosition>(ctx.db.orm, name, 'backfill')),
  );
  return resources.filter((_, index) => positions[index]?.done === true);
}

/**
 * Reads what was never read whole, by this process or an earlier one, and goes on until all of it is. What
 * failed is tried again, the rest left alone.
 */
export async function firstReading(
  ctx: Context,
  options: PullOptions & { readonly activity: Activity; readonly onRead: OnRead },
): Promise<void> {
  const { log, signal } = ctx;
  for (let waitMs = FIRST_MS; ; waitMs = Math.min(MOST_MS, waitMs * 2)) {
    const results = await readWhole(ctx, { ...options, kind: 'backfill', finished: 'keep' });
    log.info({ pass: 'backfill', ...sums(results) }, 'pass ended');
    const failed = results.filter(({ state }) => state === 'failed');
    if (failed.length === 0) options.activity.complete = true;
    if (waitMs === FIRST_MS) await options.onRead(results);
    if (failed.length === 0) return;
    await sleep(waitMs, undefined, { signal });
  }
}
