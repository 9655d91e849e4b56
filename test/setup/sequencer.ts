import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take the longest, whatever their size: begun first, none of them is left to run alone at the end. */
const LONG = [
  'cli/weather',
  'daemon/creates-crash',
  'daemon/edits-crash',
  'soak/soak',
  'daemon/crash',
  'cli/standby',
  'daemon/weather',
  'cli/shutdown',
  'sync/crash',
  'sync/backfill',
  'sync/changes',
  'cli/heap',
  'daemon/freshness',
  'daemon/hostile',
  'cli/demo',
  'sync/edits-bulk',
  'cli/start',
  'sync/convergence',
  'sync/edits-actions',
  'sync/deletions',
  'daemon/imports-crash',
  'db/schema/restore',
  'daemon/edits',
  'sync/edits-create',
  'daemon/beside',
  'daemon/first-reading',
  'sync/each-deletion',
  'sync/edits-property',
  'db/large/retention-parts',
  'db/large/edits-many',
  'cli/check',
];

/** Long files first; the others as vitest orders them. */
export class LongFirst extends BaseSequencer {
  override async sort(specs: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const file = relative('test', moduleId).replace(/\.test\.ts$/, '');
      const at = LONG.indexOf(file);
      return at < 0 ? LONG.length : at;
    };
    return (await super.sort(specs)).toSorted((one, other) => rank(one) - rank(other));
  }
}
