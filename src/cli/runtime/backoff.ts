import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';

/** Waits so many milliseconds; rejects with the signal's reason when that aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    throw signal.aborted ? signal.reason : error;
  });
}

/** Waits between retries of something that should work again. */
export interface Backoff {
  /** Logs the failure and waits, twice as long each time; rejects with the signal's reason when that aborts. */
  wait(error: unknown): Promise<void>;
  /** An attempt has succeeded: the next failure counts as the first again. */
  recovered(): void;
}

export interface BackoffOptions {
  readonly log: Logger;
  /** The message of each log line. */
  readonly what: string;
  readonly signal: AbortSignal;
  readonly firstMs?: number;
  readonly mostMs?: number;
  /** The lowest level to log at; `error` for what only a person can repair. Default: `info`. */
  readonly least?: 'info' | 'error';
  /** A monotonic clock, in milliseconds. */
  readonly now?: () => number;
  readonly random?: () => number;
}

/** A failure is logged as `info` at first, as `warn` after 10 seconds of failures, as `error` after a minute. */
const WARN_AFTER_MS = 10_000;
const ERROR_AFTER_MS = 60_000;

/**
 * Waits `firstMs` (500) at first and doubles that up to `mostMs` (30,000), in milliseconds; each wait is shortened at
 * random, by half at most.
 */
export function newBackoff(options: BackoffOptions): Backoff {
  const { log, what, signal, firstMs = 500, mostMs = 30_000, least = 'info' } = options;
  const { now = () => performance.now(), random = Math.random } = options;
  let since: number | undefined;
  let attempts = 0;
  return {
    async wait(error) {
      since ??= now();
      const failingMs = now() - since;
      const waitMs = Math.round(Math.min(mostMs, firstMs * 2 ** attempts) * (1 - random() / 2));
      attempts += 1;
      const isAlarm = least === 'error' || failingMs >= ERROR_AFTER_MS;
      const level = isAlarm ? 'error' : failingMs >= WARN_AFTER_MS ? 'warn' : 'info';
      log[level]({ error, attempts, failingSeconds: Math.round(failingMs / 1000), waitMs }, what);
      await pause(waitMs, signal);
    },
    recovered() {
      since = undefined;
      attempts = 0;
    },
  };
}
