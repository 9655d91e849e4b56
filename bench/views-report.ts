import { atMost } from './aims.ts';
import type { Circumstances } from './results.ts';
import { table } from './table.ts';
import type { ViewFigures } from './views.ts';

export const VIEWS_HEADING = '## Views';

/** Milliseconds in which a view is to answer what is asked of it first. */
const MOST = 300;

const ms = (value: number) => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;

/** The views' part of `RESULTS.md`, which can be measured alone. */
export function viewsSection(
  { issues, messages, accounts, contacts, figures, reports }: ViewFigures,
  { command, date, machine }: Circumstances,
): string {
  const asked = [
    ...figures.map(({ view, question, ...rest }) => ({ what: `\`${view}\`, ${question}`, ...rest })),
    { what: '`/reports` of 90 days, the first time', ms: reports.first, indexes: [] },
    { what: '`/reports` of 90 days, again', ms: reports.next, indexes: [] },
  ];
  const rows = asked.map(({ what, ms: took, indexes }) => {
    const { aim, reached } = atMost('', took, MOST, ms);
    // The indexes of the priorities as one.
    const names = new Set(indexes.map((index) => `\`${index.replace(/^(issues_backlog)_.*/, '$1_*')}\``));
    return [what, aim, ms(took), reached ? 'yes' : 'no', [...names].join(', ')];
  });
  return `${VIEWS_HEADING}

\`${command}\`, ${date}, on ${machine}. ${issues.toLocaleString('en')} issues of two years with ${messages.toLocaleString('en')} messages, ${accounts.toLocaleString('en')} accounts, ${contacts.toLocaleString('en')} contacts; \`EXPLAIN (ANALYZE)\`, planning included, the median of five after \`VACUUM ANALYZE\`. The page of reports is that of a port that has just opened, and the same again: medians of five ports.

${table(['question', 'at', 'measured', 'reached', 'indexes used'], rows)}

Questions about all accounts or a year of days read every issue.`;
}
