import { familyTable } from '../../data/family-table.ts';
import type { Generator } from '../../data/generator.ts';
import type { Row, Table } from '../../data/rows.ts';
import { historyOf } from './history.ts';

export interface IssueChildren {
  /** Those of one made-up issue, oldest first. */
  make(index: number, issueId: string): readonly Row[];
  /** How many `make` makes, for less. */
  sizeOf(index: number): number;
  /** The index of the issue that a made-up key says it belongs to. */
  issueOf(key: string): number | undefined;
}

/** A table of what belongs to issues, made when it is asked for; an issue written later begins with nothing. */
export function issueChildren(generator: Generator, { make, sizeOf, issueOf }: IssueChildren): Table {
  const { times, id } = historyOf(generator);
  const issues = generator.table('issues');
  const madeUp = (index: number | undefined) =>
    index !== undefined && index < times.length ? index : undefined;
  return familyTable({
    parent: 'issue_id',
    *parents() {
      for (const { key } of issues.newest()) yield key;
    },
    has: (parent) => issues.get(parent) !== undefined,
    make: (parent) => {
      const index = madeUp(id.indexOf(parent));
      return index === undefined ? [] : make(index, parent);
    },
    sizeOf: (parent) => {
      const index = madeUp(id.indexOf(parent));
      return index === undefined ? 0 : sizeOf(index);
    },
    parentOf: (key) => {
      const index = madeUp(issueOf(key));
      return index === undefined ? undefined : id.of(index);
    },
  });
}
