import type { ResourceProgress } from '../../sync/pass/progress.ts';
import type { Shell } from '../process/shell.ts';

/**
 * Returns the exit status: 0 if no resource failed, 3 if some did, 1 if all did. Names each failed one on stderr. An
 * unavailable resource does not count as failed.
 */
export function statusOf(
  results: readonly Readonly<ResourceProgress>[],
  shell: Pick<Shell, 'stderr'>,
): number {
  const failed = results.filter(({ state }) => state === 'failed');
  for (const { resource, error } of failed) shell.stderr.write(`pylon-sync: ${resource} failed: ${error}\n`);
  if (failed.length === 0) return 0;
  return failed.length === results.length ? 1 : 3;
}
