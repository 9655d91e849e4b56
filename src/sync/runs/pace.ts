import { countLive } from '../../db/mirror/rows.ts';
import type { MirrorTable } from '../../resources/define.ts';
import { remembered } from '../lib/remembered.ts';
import type { Context } from '../pass/context.ts';

/** Each row is read again at most once in so many intervals of the limits: a day. */
const DAY_INTERVALS = 1_440;
/** Intervals for which the audit and resweeps go by a number of rows that they know, or by a first read that is done. */
const KNOWN_INTERVALS = 15;

/** Milliseconds for which such a number stands; an interval counts for a minute at most. */
export const knownMs = ({ pylon }: Context): number => KNOWN_INTERVALS * Math.min(60_000, pylon.intervalMs);

/** The same for the number of rows of a table that was read whole. Counting a small one costs more than auditing it. */
const COUNTED_TIMES = 4;

/** How many live rows a table has, or had lately. */
export function aboutLive(ctx: Context, table: MirrorTable): () => Promise<number> {
  const live = remembered(COUNTED_TIMES * knownMs(ctx), () => countLive(ctx.db.orm, table));
  return async () => (await live()) ?? 0;
}

/**
 * Milliseconds between requests, so that they stay within the share of the endpoint's budget and read each row once a
 * day at most.
 */
export function paceOf(ctx: Context, endpoint: string, share: number, live: number): number {
  const byBudget = 60_000 / (share * ctx.pylon.perMinute(endpoint));
  const byRows = (DAY_INTERVALS * ctx.pylon.intervalMs) / Math.max(1, live);
  return Math.max(byBudget, byRows);
}
