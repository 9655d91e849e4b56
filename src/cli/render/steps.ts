import type { Logger } from 'pino';
import { FINISHED_BEFORE, type OnProgress, type ResourceProgress } from '../../sync/pass/progress.ts';

const FIGURES = [
  ...(['pages', 'requests', 'read', 'inserted', 'updated', 'unchanged', 'deleted'] as const),
  'rejected',
] as const;

/** The counts that are not zero. */
const figuresOf = (progress: Readonly<ResourceProgress>) =>
  Object.fromEntries(FIGURES.flatMap((name) => (progress[name] === 0 ? [] : [[name, progress[name]]])));

/**
 * Logs progress, a line a step, with the counts above zero. Steps of a backfill are logged as `info`, and its
 * failures as `warn`. Steps of scheduled passes, and what an earlier process had finished, are logged as `debug`.
 */
export function logSteps(log: Logger): OnProgress {
  return (progress, step) => {
    const { kind, resource, state, covered, secondsLeft, error } = progress;
    const share = covered === undefined ? {} : { covered: Math.floor(covered * 1000) / 1000 };
    const left = secondsLeft === undefined ? {} : { secondsLeft: Math.ceil(secondsLeft) };
    const fields = { kind, resource, ...figuresOf(progress), ...share, ...left, error };
    const isNews = kind === 'backfill' && step !== FINISHED_BEFORE;
    log[!isNews ? 'debug' : state === 'failed' ? 'warn' : 'info'](fields, step);
  };
}
