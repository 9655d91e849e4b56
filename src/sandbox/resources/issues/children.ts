import type { Generator } from '../../data/generator.ts';
import type { Row, Table } from '../../data/rows.ts';
import { familyTable } from '../../data/tables/family.ts';
import { historyOf } from './history.ts';

export interface IssueChildren {
  /** The children of one generated issue, oldest first. */
  make(index: number, issueId: string): readonly Row[];
  /** The number of children that `make` returns, at less cost. */
  sizeOf(index: number): number;
  /** The index of the issue that a generated key belongs to. */
  issueOf(key: string): number | undefined;
}

/** A table of issues' children, computed on request. An issue that is created later has none at first. */
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
