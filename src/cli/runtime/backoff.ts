import type { Logger } from 'pino';
import { backoffMs, levelAfter, PATIENCE } from '../../backoff.ts';
import { sleep } from '../../sleep.ts';

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
      attempts += 1;
      const waitMs = backoffMs({ baseMs: firstMs, capMs: mostMs, jitter: 'half' }, attempts, random);
      const level = least === 'error' ? 'error' : levelAfter(failingMs, PATIENCE.process);
      log[level]({ error, attempts, failingSeconds: Math.round(failingMs / 1000), waitMs }, what);
      await sleep(waitMs, signal);
    },
    recovered() {
      since = undefined;
      attempts = 0;
    },
  };
}
