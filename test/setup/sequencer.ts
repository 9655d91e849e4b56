import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take the longest, whatever their size: begun first, none of them is left to run alone at the end. */
const LONG = [
  'daemon/edits-crash',
  'daemon/creates-crash',
  'daemon/crash',
  'sync/convergence',
  'sync/edits-property',
  'cli/shutdown',
  'cli/weather',
  'daemon/weather',
  'daemon/freshness',
  'soak/soak',
  'cli/standby',
  'daemon/first-reading',
  'sync/crash',
  'sync/backfill',
  'cli/demo',
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
