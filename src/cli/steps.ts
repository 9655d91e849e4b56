import type { Logger } from 'pino';
import type { OnProgress } from '../sync/progress.ts';

/**
 * Progress as log lines, one a step: of a first reading for everybody, of the passes that come round for who
 * looks closer. A failure of a first reading is a warning, unless `signal` has ended the work.
 */
export function logSteps(log: Logger, signal: AbortSignal): OnProgress {
  return (progress, step) => {
    const { kind, resource, state, pages, requests, read, inserted, updated, unchanged, deleted, rejected } =
      progress;
    const { covered, secondsLeft, error } = progress;
    const share = covered === undefined ? {} : { covered: Math.floor(covered * 1000) / 1000 };
    const fields = {
      kind,
      resource,
      pages,
      requests,
      read,
      inserted,
      updated,
      unchanged,
      deleted,
      rejected,
      ...share,
      secondsLeft,
      error,
    };
    const level = kind !== 'backfill' ? 'debug' : state === 'failed' && !signal.aborted ? 'warn' : 'info';
    log[level](fields, step);
  };
}
