import { ticksOf } from '../../cron.ts';
import type { ScheduleName } from '../../resources/listed.ts';
import type { Schedule } from '../progress/schedule.ts';

/** A resource that lags behind a schedule. */
export interface Late {
  readonly schedule: ScheduleName;
  /** The expression of that schedule. */
  readonly cron: string;
  /** What Pylon held then is the newest that the schedule has brought; RFC 3339. */
  readonly since: string;
  /** Seconds since then. */
  readonly seconds: number;
}

/** Times at which a pass should have begun that brought nothing, before that is called late. */
const MISSED = 3;
/** A pass takes a moment itself: nothing is late sooner, in milliseconds. */
const LEAST_MS = 10_000;

/**
 * Whether what Pylon held at an instant is older than a schedule allows for: by three of its periods, as the schedule has
 * them from there on. What was due before its daemon began to work is not counted. The one place that says so.
 *
 * @param since RFC 3339. @param now epoch milliseconds.
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
  let due: number | undefined = from;
  for (let missed = 0; missed < MISSED && due !== undefined && due <= now; missed += 1) due = ticks.next(due);
  if (due === undefined || Math.max(due, from + LEAST_MS) > now) return undefined;
  return { schedule: name, cron, since, seconds: Math.floor((now - Date.parse(since)) / 1_000) };
}
