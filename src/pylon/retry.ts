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
  return random() * Math.min(capMs, baseMs * 2 ** (attempt - 1));
}

/** An HTTP date; `Date.parse` alone finds dates in any text with a number. */
const HTTP_DATE = /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/;

/** A `Retry-After` in either of its forms, as milliseconds from now; undefined where unreadable. */
function delayOf(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  const seconds = Number(value);
  if (value.trim() !== '' && Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = HTTP_DATE.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/**
 * How long a 429 asks to wait, in milliseconds: `X-Retry-After`, else `Retry-After`, else a little more
 * than the limits' interval (65 s for a minute, as observed clients do). `now` is Pylon's clock.
 */
export function retryAfter(headers: Headers, intervalMs: number, now: number): number {
  return (
    delayOf(headers.get('x-retry-after'), now) ??
    delayOf(headers.get('retry-after'), now) ??
    (intervalMs * 65) / 60
  );
}
