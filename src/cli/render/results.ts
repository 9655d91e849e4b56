import { rejectsQuery } from '../../db/status/attention.ts';
import { plural } from '../../format.ts';
import type { ResourceProgress } from '../../sync/pass/progress.ts';
import type { Shell } from '../process/shell.ts';

/**
 * Returns the exit status: 0 if all was read and stored, 1 if every resource failed, else 3. Names on stderr each resource that
 * failed, and each with records that were rejected. An unavailable resource does not count as failed.
 */
export function statusOf(
  results: readonly Readonly<ResourceProgress>[],
  shell: Pick<Shell, 'stderr'>,
): number {
  const failed = results.filter(({ state }) => state === 'failed');
  for (const { resource, error } of failed) shell.stderr.write(`pylon-sync: ${resource} failed: ${error}\n`);
  const lacking = results.filter(({ rejected }) => rejected > 0);
  for (const { resource, rejected } of lacking)
    shell.stderr.write(
      `pylon-sync: ${resource}: ${plural(rejected, 'record')} of Pylon's could not be stored. Which, and why: ${rejectsQuery(resource)}\n`,
    );
  if (failed.length > 0 && failed.length === results.length) return 1;
  return failed.length + lacking.length > 0 ? 3 : 0;
}
