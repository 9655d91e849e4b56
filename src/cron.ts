import { createTask, parse } from 'node-cron';

/** The times of a cron expression, in the local time of one zone. */
export interface Ticks {
  /** The first time after an instant, both epoch milliseconds; undefined where there is none within a century. */
  next(after: number): number | undefined;
}

const DAY_MS = 86_400_000;
const LONGEST_SEARCH_DAYS = 36_525;
/** No time zone changes its offset twice within this time. */
const STRIDE_MS = DAY_MS / 2;
/** Offsets that are remembered, one for each stride: of three years. */
const REMEMBERED = 3 * 732;
/** Longer than any change of offset that repeats local times. */
const REPEAT_MS = 3 * 3_600_000;

/** The time zone of this process. */
export const localZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Expressions that are kept ready: those of the schedules that the daemon goes by, and a few more. */
const READY = 16;
const ready = new Map<string, Ticks>();

/**
 * The times of a cron expression of five or six fields, as node-cron matches days and times. The last few expressions are
 * kept ready: it takes a millisecond to read one, and the daemon asks for the same ones for each resource.
 *
 * When local time is set forward or back, an expression whose minutes begin with `*`, or that names every hour, keeps
 * its interval in real time. Any other runs once for each of its local times: at the first of two equal local times,
 * and at the change itself if the change skips its time.
 *
 * @throws RangeError for an unknown time zone.
 */
export function ticksOf(cron: string, zone: string = localZone()): Ticks {
  const key = `${zone} ${cron}`;
  const known = ready.get(key) ?? readTicks(cron, zone);
  // The one that was asked for last comes last, so that the first is the one to drop.
  ready.delete(key);
  ready.set(key, known);
  for (const oldest of ready.keys()) if (ready.size > READY) ready.delete(oldest);
  return known;
}

function readTicks(cron: string, zone: string): Ticks {
  const { offsetAt, changeAfter } = offsetsOf(zone);
  const nextLocal = localTimesOf(cron);
  const keepsPace = isContinuous(cron);

  /** Whether the same local time has occurred before: the second pass through a repeated hour. */
  const isSecond = (instant: number, offset: number) => {
    const before = offsetAt(instant - REPEAT_MS);
    const first = instant + offset - before;
    return before > offset && offsetAt(first) === before;
  };

  return {
    next(after) {
      let [from, offset] = [after, offsetAt(after)];
      for (;;) {
        const local = nextLocal(from + offset);
        if (local === undefined) return undefined;
        const instant = local - offset;
        const change = changeAfter(Math.max(from, after), offset, instant);
        if (change === undefined) {
          if (keepsPace || !isSecond(instant, offset)) return instant;
          from = instant;
          continue;
        }
        const later = offsetAt(change);
        const leftOut = nextLocal(change + offset - 1) ?? Number.POSITIVE_INFINITY;
        if (!keepsPace && leftOut < change + later) return change;
        // The local time at the change itself may match, too.
        [from, offset] = [change - 1, later];
      }
    },
  };
}

/** Ticks whose distances are compared, and the time after the first of them in which all others begin: as many as a year has. */
const COMPARED = 50;
const COMPARED_MS = 366 * DAY_MS;

/**
 * The shortest time between two ticks that follow one another, of the next fifty after an instant, or of a year's where these
 * are fewer; both in milliseconds.
 */
export function shortestPeriod(cron: string, zone: string, after: number): number | undefined {
  const ticks = ticksOf(cron, zone);
  let shortest: number | undefined;
  let before = ticks.next(after);
  const until = (before ?? 0) + COMPARED_MS;
  for (let count = 0; count < COMPARED && before !== undefined && before < until; count += 1) {
    const next = ticks.next(before);
    if (next !== undefined) shortest = Math.min(shortest ?? next - before, next - before);
    before = next;
  }
  return shortest;
}

function isContinuous(cron: string): boolean {
  const minutes = cron.trim().split(/\s+/).at(-5) ?? '';
  return minutes.startsWith('*') || new Set(parse(cron).hour).size === 24;
}

/**
 * Returns a function from a local time to the first matching local time after it; both are epoch milliseconds as if
 * the zone were UTC.
 */
function localTimesOf(cron: string): (after: number) => number | undefined {
  const fields = parse(cron);
  const ascending = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b);
  const [hours, minutes, seconds] = [fields.hour, fields.minute, fields.second].map(ascending) as [
    number[],
    number[],
    number[],
  ];
  const matcher = createTask(cron, () => {}, { timezone: 'UTC' });
  // The task is used for matching only and never started.
  void matcher.destroy();
  const firstOfDay = timeAfter(-1, hours, minutes, seconds) ?? 0;
  const isDay = (day: number) =>
    fields.month.includes(new Date(day).getUTCMonth() + 1) && matcher.match(new Date(day + firstOfDay));

  return (after) => {
    const today = Math.floor(after / DAY_MS) * DAY_MS;
    for (let days = 0; days < LONGEST_SEARCH_DAYS; days += 1) {
      const day = today + days * DAY_MS;
      const time = timeAfter(days === 0 ? after - day : -1, hours, minutes, seconds);
      if (time !== undefined && isDay(day)) return day + time;
    }
    return undefined;
  };
}

/**
 * The first matching time of a day after `after`, both in milliseconds since midnight; undefined if there is none.
 */
function timeAfter(
  after: number,
  hours: readonly number[],
  minutes: readonly number[],
  seconds: readonly number[],
): number | undefined {
  for (const hour of hours) {
    if ((hour + 1) * 3_600_000 <= after) continue;
    for (const minute of minutes) {
      const start = hour * 3_600_000 + minute * 60_000;
      const second = seconds.find((one) => start + one * 1_000 > after);
      if (second !== undefined) return start + second * 1_000;
    }
  }
  return undefined;
}

/** A zone's offset: how far its local time is ahead of UTC, in milliseconds, and when that changes. */
function offsetsOf(zone: string) {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: zone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23' },
    ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  // Most servers' zone, and known to stay as it is.
  if (format.resolvedOptions().timeZone === 'UTC') return { offsetAt: () => 0, changeAfter: () => undefined };
  const offsetAt = (instant: number): number => {
    const whole = Math.floor(instant / 1_000) * 1_000;
    const parts = Object.fromEntries(
      format.formatToParts(whole).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - whole;
  };
  /**
   * The same at the beginning of a stride, remembered: to read an offset takes ten microseconds, and what comes round each year
   * is a thousand strides away, for each resource.
   */
  const remembered = new Map<number, number>();
  const offsetAtStride = (stride: number): number => {
    const known = remembered.get(stride) ?? offsetAt(stride * STRIDE_MS);
    if (remembered.size >= REMEMBERED) remembered.clear();
    remembered.set(stride, known);
    return known;
  };
  /**
   * The first instant between `from` and `until` at which the offset differs from `offset`; undefined if there is
   * none.
   */
  const changeAfter = (from: number, offset: number, until: number): number | undefined => {
    for (let before = from; before < until; ) {
      const stride = Math.floor(before / STRIDE_MS) + 1;
      let after = Math.min(until, stride * STRIDE_MS);
      let same = before;
      before = after;
      if ((after === until ? offsetAt(after) : offsetAtStride(stride)) === offset) continue;
      while (after - same > 1) {
        const middle = Math.floor((same + after) / 2);
        if (offsetAt(middle) === offset) same = middle;
        else after = middle;
      }
      return after;
    }
    return undefined;
  };
  return { offsetAt, changeAfter };
}
