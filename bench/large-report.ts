import { type Aim, atMost, MEMORY_BYTES, megabytes } from './aims.ts';
import type { LargeFigures } from './large.ts';
import type { Circumstances } from './results.ts';
import { aimsTable, table } from './table.ts';

export const LARGE_HEADING = '## A large mirror';

const ms = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en')} ms`;

/** Issues up to which questions are to be answered in 300 ms; of more, those that an index bounds, in a second. */
const SMALL = 200_000;
const SECOND = 1_000;

function aimsOf({ status, page, metrics, retention, purge, memory }: LargeFigures): readonly Aim[] {
  const asked = { '`status`': status, 'the operator’s page': page, '`/metrics`': metrics };
  return [
    ...Object.entries(asked).flatMap(([what, { first, next }]) => [
      atMost(`${what}, the first time`, first, SECOND, ms),
      atMost(`${what}, again`, next, SECOND, ms),
    ]),
    atMost('the longest transaction of retention', retention.longestMs, SECOND, ms),
    atMost('the longest UPDATE of another row beside it', retention.waitMs, SECOND, ms),
    atMost('the longest transaction of `purge`', purge.longestMs, SECOND, ms),
    atMost('the longest UPDATE of another row beside it', purge.waitMs, SECOND, ms),
    ...memory.map(({ command, resource, peakBytes, rows }) =>
      atMost(
        `peak memory of \`${command} --resource ${resource}\`, ${rows.toLocaleString('en')} read`,
        ...([peakBytes, MEMORY_BYTES, megabytes] as const),
      ),
    ),
  ];
}

/** The part of `RESULTS.md` about a large mirror, which is measured alone. */
export function largeSection(figures: LargeFigures, { command, date, machine }: Circumstances): string {
  const { issues, messages, retention, purge, views, reports, emptyStatus } = figures;
  const isSmall = issues <= SMALL;
  const questions = [
    ...views.map(({ view, question, isWhole, ms: took }) => ({
      what: `\`${view}\`, ${question}`,
      most: isSmall ? 300 : isWhole ? undefined : SECOND,
      took,
    })),
    { what: '`/reports` of 90 days, the first time', most: isSmall ? 300 : undefined, took: reports.first },
    { what: '`/reports` of 90 days, again', most: isSmall ? 300 : undefined, took: reports.next },
  ];
  const rows = questions.map(({ what, most, took }) => {
    const { aim, measured, reached } = atMost(what, took, most ?? 0, ms);
    return [
      what,
      most === undefined ? 'none' : aim,
      measured,
      most === undefined ? '' : reached ? 'yes' : 'no',
    ];
  });
  return `${LARGE_HEADING}

\`${command}\`, ${date}, on ${machine.replace(/, data in memory.*(?=\))/, ', data on a disk')}. ${issues.toLocaleString('en')} issues of two years with ${messages.toLocaleString('en')} messages, filled as for the views. \`status\` is the command as a process, from its start to its end (of a mirror without rows it takes ${ms(emptyStatus.next)}); the page, the metrics and the reports are those of a port that has just opened, and the same again: medians of three ports. The commands whose memory is measured read a workspace of as many issues for three minutes at most, and its messages for one.

${aimsTable(aimsOf(figures))}

Retention emptied or deleted ${retention.rows.toLocaleString('en')} rows in ${ms(retention.ms)}, \`purge\` ${purge.rows.toLocaleString('en')} in ${ms(purge.ms)}.

${table(['question', 'at', 'measured', 'reached'], rows)}`;
}
