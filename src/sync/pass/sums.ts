import type { ResourceProgress } from './progress.ts';

const FIGURES = ['read', 'inserted', 'updated', 'deleted', 'drifted', 'rejected', 'requests'] as const;

/** Adds up the counts of several resources and lists those that failed, for a log line. */
export function sums(
  results: readonly Readonly<ResourceProgress>[],
): Readonly<Record<string, number | readonly string[]>> {
  const sum = (figure: (typeof FIGURES)[number]) =>
    results.reduce((total, progress) => total + progress[figure], 0);
  const failed = results.filter(({ state }) => state === 'failed').map(({ resource }) => resource);
  const figures = Object.fromEntries(FIGURES.map((figure) => [figure, sum(figure)]));
  return failed.length === 0 ? figures : { ...figures, failed };
}
