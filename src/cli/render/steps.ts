import type { Logger } from 'pino';
import { FINISHED_BEFORE, type OnProgress, type ResourceProgress } from '../../sync/pass/progress.ts';

const FIGURES = [
  ...(['pages', 'requests', 'read', 'inserted', 'updated', 'unchanged', 'deleted'] as const),
  'rejected',
] as const;

/** The counts that are not zero. */
const figuresOf = (progress: Readonly<ResourceProgress>) =>
  Object.fromEntries(FIGURES.flatMap((name) => (progress[name] === 0 ? [] : [[name, progress[name]]])));

/** Kinds whose passes follow each other within seconds: a line only where one has found something. */
const FREQUENT: readonly string[] = ['resweep', 'reread'];
const FOUND = ['inserted', 'updated', 'deleted', 'rejected'] as const;

/** How long an ended pass took, in seconds with one decimal. */
const timeOf = ({ startedAt, finishedAt }: Readonly<ResourceProgress>) =>
  startedAt === undefined || finishedAt === undefined
    ? {}
    : { seconds: Math.round((finishedAt - startedAt) / 100) / 10 };

/**
 * Logs progress, with the counts above zero: one line at `info` for each pass that has ended. With `eachStep` the steps
 * of a backfill are logged so too; else, as those of other passes, as `debug`. So is what an earlier process had
 * finished.
 *
 * @param log Where to.
 * @param options `eachStep`: for a command that does nothing else. `failures`: whether a failed pass is logged, as a
 * warning; default true. The daemon logs failures by how long they last.
 */
export function logSteps(
  log: Logger,
  { eachStep = true, failures = true }: { readonly eachStep?: boolean; readonly failures?: boolean } = {},
): OnProgress {
  return (progress, step) => {
    const { kind, resource, state, covered, secondsLeft, error } = progress;
    const share = covered === undefined ? {} : { covered: Math.floor(covered * 1000) / 1000 };
    const left = secondsLeft === undefined ? {} : { secondsLeft: Math.ceil(secondsLeft) };
    const isEnd = step === state && state !== 'running' && state !== 'waiting';
    const isQuiet = FREQUENT.includes(kind) && FOUND.every((name) => progress[name] === 0);
    const isNews = isEnd ? !isQuiet : eachStep && kind === 'backfill' && step !== FINISHED_BEFORE;
    const isFailure = state === 'failed' && isEnd;
    const level = !isNews || (isFailure && !failures) ? 'debug' : state === 'failed' ? 'warn' : 'info';
    const figures = { ...figuresOf(progress), ...(isEnd ? timeOf(progress) : { ...share, ...left }) };
    log[level]({ kind, resource, ...figures, error }, step);
  };
}
