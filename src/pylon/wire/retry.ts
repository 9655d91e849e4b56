import { setTimeout as wait } from 'node:timers/promises';

export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

/** Waits; rejects with the signal's reason as soon as it is aborted. */
export const sleep: Sleep = async (ms, signal) => {
  signal?.throwIfAborted();
  try {
    await wait(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw signal?.aborted === true ? signal.reason : error;
  }
};

export interface Backoff {
  /** How often a read is tried in all. */
  readonly attempts: number;
  readonly baseMs: number;
  readonly capMs: number;
}

export const BACKOFF: Backoff = { attempts: 7, baseMs: 500, capMs: 30_000 };

/** Milliseconds to wait after the given failed attempt (1 is the first): exponential, with full jitter. */
export function backoff({ baseMs, capMs }: Backoff, attempt: number, random: () => number): number {
  return Math.round(random() * Math.min(capMs, baseMs * 2 ** (attempt - 1)));
}

/** An HTTP date; `Date.parse` alone finds dates in any text with a number. */
const HTTP_DATE = /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/;

/** The instant of an HTTP date, epoch milliseconds; undefined for any other text. */
export function httpDate(text: string | null): number | undefined {
  const date = text !== null && HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : date;
}

/** Seconds from which on a number is no wait but a time: 31 years, or September 2001. */
const EPOCH_SECONDS = 1e9;
/** The same of milliseconds: as seconds it would be the year 5138. */
const EPOCH_MILLISECONDS = 1e11;

/** What a number asks for, milliseconds from now: seconds, or, where only that makes sense, an epoch. */
function delayOfNumber(number: number, now: number): number {
  if (number < EPOCH_SECONDS) return number * 1_000;
  return (number < EPOCH_MILLISECONDS ? number * 1_000 : number) - now;
}

/** A `Retry-After` in any of its forms, as milliseconds from now; undefined where unreadable. */
function delayOf(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (Number.isFinite(number)) return delayOfNumber(number, now);
  const date = httpDate(value);
  return date === undefined ? undefined : date - now;
}

/** The shortest wait after a 429, whatever it says. */
export const SHORTEST_PAUSE_MS = 1_000;
/** The longest wait that is believed, so that its end is a date that everybody can show. */
const LONGEST_PAUSE_MS = 366 * 86_400_000;

/**
 * How long a 429 asks to wait, in whole milliseconds: `X-Retry-After`, else `Retry-After`, else a little more
 * than the limits' interval (65 s for a minute, as observed clients do). From `shortestMs` to a year. `now` is Pylon's
 * clock.
 */
export function retryAfter(
  headers: Headers,
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
