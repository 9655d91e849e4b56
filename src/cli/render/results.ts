import type { ResourceProgress } from '../../sync/pass/progress.ts';
import type { Shell } from '../process/shell.ts';

/** 3 when some resources failed, 1 when all did; each is named on stderr. What is unavailable is no failure. */
export function statusOf(
  results: readonly Readonly<ResourceProgress>[],
  shell: Pick<Shell, 'stderr'>,
): number {
  const failed = results.filter(({ state }) => state === 'failed');
  for (const { resource, error } of failed) shell.stderr.write(`pylon-sync: ${resource} failed: ${error}\n`);
  if (failed.length === 0) return 0;
  return failed.length === results.length ? 1 : 3;
}
