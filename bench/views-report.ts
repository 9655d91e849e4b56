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
  { issues, messages, accounts, contacts, figures }: ViewFigures,
  { command, date, machine }: Circumstances,
): string {
  const rows = figures.map(({ view, question, ms: took, indexes }) => {
    const { aim, reached } = atMost('', took, MOST, ms);
    return [
      `\`${view}\`, ${question}`,
      aim,
      ms(took),
      reached ? 'yes' : 'no',
      indexes.map((index) => `\`${index}\``).join(', '),
    ];
  });
  return `${VIEWS_HEADING}

\`${command}\`, ${date}, on ${machine}. ${issues.toLocaleString('en')} issues of two years with ${messages.toLocaleString('en')} messages, ${accounts.toLocaleString('en')} accounts, ${contacts.toLocaleString('en')} contacts; \`EXPLAIN (ANALYZE)\`, planning included, the median of five after \`VACUUM ANALYZE\`.

${table(['question', 'at', 'measured', 'reached', 'indexes used'], rows)}

Questions about all accounts or a year of days read every issue.`;
}
