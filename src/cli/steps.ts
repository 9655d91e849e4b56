import type { Level, Logger } from 'pino';
import type { OnProgress } from '../sync/progress.ts';

/** Progress as log lines, one a step; a failure as a warning, whatever the level of the rest,
 * unless `signal` has ended the work. */
export function logSteps(log: Logger, level: Level, signal: AbortSignal): OnProgress {
  return (progress, step) => {
    const { resource, state, pages, requests, read, inserted, updated, unchanged, rejected } = progress;
    const { covered, secondsLeft, error } = progress;
    const share = covered === undefined ? {} : { covered: Math.floor(covered * 1000) / 1000 };
    const fields = {
      resource,
      pages,
      requests,
      read,
      inserted,
      updated,
      unchanged,
      rejected,
      ...share,
      secondsLeft,
      error,
    };
    log[state === 'failed' && !signal.aborted ? 'warn' : level](fields, step);
  };
}
