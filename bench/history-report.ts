import { atMost } from './aims.ts';
import type { HistoryFigures } from './history.ts';
import type { Circumstances } from './results.ts';
import { table } from './table.ts';

export const HISTORY_HEADING = '## History';

/** What keeping the history may cost of storing. */
const MOST = 1.15;

const times = (value: number) => `${value.toFixed(2)} ×`;

/** The history's part of `RESULTS.md`, which can be measured alone. */
export function historySection(
  { issues, figures }: HistoryFigures,
  { command, date, machine }: Circumstances,
): string {
  const rows = figures.map(({ what, seconds, bare, changes }) => {
    const { aim, measured, reached } = atMost('', seconds / bare, MOST, times);
    return [
      what,
      aim,
      measured,
      reached ? 'yes' : 'no',
      `${seconds.toFixed(2)} s / ${bare.toFixed(2)} s`,
      changes.toLocaleString('en'),
    ];
  });
  return `${HISTORY_HEADING}

\`${command}\`, ${date}, on ${machine}. ${issues.toLocaleString('en')} issues in pages of 900, from parsed objects to the last commit, with the history of fields (\`pylon_sync.changes\`) compared to without; medians of nine, in turn.

${table(['issues', 'at', 'measured', 'reached', 'with / without', 'changes kept'], rows)}

The last row is the worst case. The noise of this machine is a tenth: loads into an empty table do not differ.`;
}
