import Table from 'cli-table3';
import { count } from '../../format.ts';
import type { ResourceProgress } from '../../sync/pass/progress.ts';

const FIGURES = ['read', 'inserted', 'updated', 'deleted', 'unchanged', 'rejected', 'requests'] as const;

/** A table of what a command read and changed: a row a resource, then the totals. */
export function summaryTable(all: readonly Readonly<ResourceProgress>[]): string {
  const table = plainTable(['resource', ...FIGURES, 'seconds', 'outcome'], ['resource', 'outcome']);
  for (const progress of all) {
    const { startedAt, finishedAt } = progress;
    const seconds =
      startedAt === undefined || finishedAt === undefined ? '' : ((finishedAt - startedAt) / 1000).toFixed(1);
    table.push([
      progress.resource,
      ...FIGURES.map((figure) => count(progress[figure])),
      seconds,
      progress.state,
    ]);
  }
  const sums = FIGURES.map((figure) => count(all.reduce((sum, progress) => sum + progress[figure], 0)));
  table.push(['all', ...sums, '', '']);
  return table.toString();
}

/**
 * A table without colours or borders, the same on a terminal and in a file. Columns not named in `left` are aligned
 * right. With `widths`, in columns of the terminal, each cell's lines are cut to them.
 */
export function plainTable(
  head: readonly string[],
  left: readonly string[],
  widths: readonly number[] = [],
): Table.Table {
  return new Table({
    head: [...head],
    ...(widths.length === 0 ? {} : { colWidths: widths.map((width) => width + 1) }),
    colAligns: head.map((name) => (left.includes(name) ? 'left' : 'right')),
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 1 },
    chars: {
      ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
      ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
      ...{ left: '', right: '', middle: '' },
      ...{ 'left-mid': '', 'right-mid': '', 'mid-mid': '' },
    },
  });
}
