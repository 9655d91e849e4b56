import { ticksOf } from '../../cron.ts';
import type { ScheduleName } from '../../resources/listed.ts';
import type { Schedule } from '../progress/schedule.ts';

/** A resource that lags behind a schedule. */
export interface Late {
  readonly schedule: ScheduleName;
  /** The cron expression of that schedule. */
  readonly cron: string;
  /** The mirror contains what Pylon contained at this time, RFC 3339. */
  readonly since: string;
  /** Seconds since then. */
  readonly seconds: number;
}

/** The number of missed ticks of the schedule after which a resource is late. */
const MISSED = 3;
/** Nothing is late sooner than this many milliseconds, because a pass itself takes a moment. */
const LEAST_MS = 10_000;

/** The number of missed ticks before which a resource is not late, whatever lag the configuration allows. */
const MISSED_AT_LEAST = 2;

/**
 * Decides whether a resource is late: three ticks of the schedule have passed since the time `since` that the mirror
 * reflects; or, where the configuration says after how many seconds (`lag_seconds`) and it is not the schedule of full
 * comparisons, these seconds and two ticks have. Ticks before the daemon began to use the schedule do not count.
 * Returns undefined if it is not late. Everything that reports lateness uses this function.
 *
 * `since` is RFC 3339, `now` epoch milliseconds.
 */
export function lateness(
  name: ScheduleName,
  since: string,
  schedule: Schedule,
  now: number,
): Late | undefined {
  const cron = schedule.crons[name];
  const ticks = ticksOf(cron, schedule.zone);
  const from = Math.max(Date.parse(since), Date.parse(schedule.since));
  const lag = name === 'reconcile' ? null : (schedule.lag_seconds ?? null);
  const most = lag === null ? MISSED : MISSED_AT_LEAST;
  const leastMs = lag === null ? LEAST_MS : lag * 1_000;
  let due: number | undefined = from;
  for (let missed = 0; missed < most && due !== undefined && due <= now; missed += 1) due = ticks.next(due);
  if (due === undefined || Math.max(due, from + leastMs) > now) return undefined;
  return { schedule: name, cron, since, seconds: Math.floor((now - Date.parse(since)) / 1_000) };
}
