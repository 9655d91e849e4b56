import type { Growth } from '../../backoff.ts';
import type { Reply } from '../../network/exchange.ts';

export interface Backoff extends Growth {
  /** Attempts at a read, the first included. */
  readonly attempts: number;
}

export const BACKOFF: Backoff = { attempts: 7, baseMs: 500, capMs: 30_000 };

/** The form of an HTTP date; `Date.parse` alone accepts almost any text with a number. */
const HTTP_DATE = /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/;

/** Parses an HTTP date to epoch milliseconds; undefined for any other text. */
export function httpDate(text: string | null): number | undefined {
  const date = text !== null && HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : date;
}

/**
 * A number of seconds from this on is a point in time, not a wait: as a wait it would be 31 years, as a time it is
 * September 2001.
 */
const EPOCH_SECONDS = 1e9;
/** A number from this on is a time in milliseconds: in seconds it would be the year 5138. */
const EPOCH_MILLISECONDS = 1e11;

/**
 * The wait that a number asks for, in milliseconds from now: it is seconds, or a time where only that makes sense.
 */
function delayOfNumber(number: number, now: number): number {
  if (number < EPOCH_SECONDS) return number * 1_000;
  return (number < EPOCH_MILLISECONDS ? number * 1_000 : number) - now;
}

/** A `Retry-After` in any of its forms, as milliseconds from now; undefined if it cannot be read. */
export function delayOf(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (Number.isFinite(number)) return delayOfNumber(number, now);
  const date = httpDate(value);
  return date === undefined ? undefined : date - now;
}

/** The shortest wait after a 429, in milliseconds, whatever its header says. */
export const SHORTEST_PAUSE_MS = 1_000;
/** The longest wait, in milliseconds; longer ones are cut, so that their end is a valid date everywhere. */
const LONGEST_PAUSE_MS = 366 * 86_400_000;

/**
 * How long to wait after a 429, in whole milliseconds: `X-Retry-After`, else `Retry-After`, else a little more than
 * the limits' interval (65 s for a minute, as other clients do). At least `shortestMs`, at most a year. `now` is
 * Pylon's clock.
 */
export function retryAfter(
  headers: Reply['headers'],
  intervalMs: number,
  now: number,
  shortestMs = SHORTEST_PAUSE_MS,
): number {
  const asked =
    delayOf(headers.get('x-retry-after'), now) ??
    delayOf(headers.get('retry-after'), now) ??
    (intervalMs * 65) / 60;
  return Math.min(LONGEST_PAUSE_MS, Math.max(shortestMs, Math.ceil(asked)));
}
