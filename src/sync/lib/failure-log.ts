import type { Logger } from 'pino';

/** How long something has to fail, in milliseconds, before it is a warning, and an error. */
const WARN_AFTER_MS = 60_000;
const ERROR_AFTER_MS = 600_000;

/** Tells of what fails at a level that follows how long it has been failing, and of its end. */
export interface FailureLog {
  failed(what: string, fields: Readonly<Record<string, unknown>>): void;
  recovered(what: string): void;
}

/** What work says of how it goes; `failed` throws what must end the whole. */
export interface Report {
  failed(what: string, error: unknown): void;
  recovered(what: string): void;
}

export function newFailureLog(log: Logger, now: () => number = () => performance.now()): FailureLog {
  const since = new Map<string, number>();
  return {
    failed(what, fields) {
      const began = since.get(what) ?? now();
      since.set(what, began);
      const failingMs = now() - began;
      const level = failingMs >= ERROR_AFTER_MS ? 'error' : failingMs >= WARN_AFTER_MS ? 'warn' : 'info';
      log[level]({ ...fields, failingSeconds: Math.round(failingMs / 1_000) }, 'failed: it is tried again');
    },
    recovered(what) {
      const began = since.get(what);
      if (began === undefined) return;
      since.delete(what);
      log.info({ what, failedSeconds: Math.round((now() - began) / 1_000) }, 'works again');
    },
  };
}
