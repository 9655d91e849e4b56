import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';

/** Waits; rejects with the signal's reason when aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    throw signal.aborted ? signal.reason : error;
  });
}

/** Waits between attempts at something that is expected to work again. */
export interface Backoff {
  /** Logs the failure and waits, longer each time; rejects with the signal's reason when aborted. */
  wait(error: unknown): Promise<void>;
  /** It works again: the next failure is a first one. */
  recovered(): void;
}

export interface BackoffOptions {
  readonly log: Logger;
  /** What is being attempted: the log's message. */
  readonly what: string;
  readonly signal: AbortSignal;
  readonly firstMs?: number;
  readonly mostMs?: number;
  /** The lowest level to log at, for what nobody but a person can mend. Default: `info`. */
  readonly least?: 'info' | 'error';
  /** Milliseconds, of a clock that nobody sets. */
  readonly now?: () => number;
  readonly random?: () => number;
}

/** A hiccup is worth a note, a minute of them a warning, more an alarm. */
const WARN_AFTER_MS = 10_000;
const ERROR_AFTER_MS = 60_000;

/** Doubles the wait from `firstMs` (500) to `mostMs` (30,000), of which a random half is taken off. */
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
