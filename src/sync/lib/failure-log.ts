import type { Logger } from 'pino';
import { levelAfter, PATIENCE } from '../../backoff.ts';

/** Logs failures, at a level that rises with how long they last, and recoveries. */
export interface FailureLog {
  failed(what: string, fields: Readonly<Record<string, unknown>>): void;
  recovered(what: string): void;
}

/** Receives how work went; `failed` rethrows what must end the daemon's work. */
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
      log[levelAfter(failingMs, PATIENCE.piece)](
        { ...fields, failingSeconds: Math.round(failingMs / 1_000) },
        'failed: it is tried again',
      );
    },
    recovered(what) {
      const began = since.get(what);
      if (began === undefined) return;
      since.delete(what);
      log.info({ what, failedSeconds: Math.round((now() - began) / 1_000) }, 'works again');
    },
  };
}
