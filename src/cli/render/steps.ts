import type { Logger } from 'pino';
import { FINISHED_BEFORE, type OnProgress, type ResourceProgress } from '../../sync/pass/progress.ts';

const FIGURES = [
  ...(['pages', 'requests', 'read', 'inserted', 'updated', 'unchanged', 'deleted'] as const),
  'rejected',
] as const;

/** The figures that are not nothing. */
const figuresOf = (progress: Readonly<ResourceProgress>) =>
  Object.fromEntries(FIGURES.flatMap((name) => (progress[name] === 0 ? [] : [[name, progress[name]]])));

/**
 * Progress as log lines, one a step, each with the figures that are above zero: of a first reading for everybody; of the
 * passes that come round, and of what an earlier process has read already, for who looks closer. A failure of a first
 * reading is a warning.
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
