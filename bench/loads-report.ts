import { type Aim, atLeast, atMost, faster, find, MEMORY_BYTES, megabytes, rate } from './aims.ts';
import { CHANGED, type Figure } from './loads.ts';
import { copyFromMemory, copyFromPages } from './methods/copy.ts';
import { drizzleUpsert } from './methods/drizzle.ts';
import { rowByRow } from './methods/rows.ts';
import { ONE_WRITER, TWO_WRITERS } from './plans.ts';
import type { Circumstances, SizeResult } from './results.ts';
import { aimsTable, table } from './table.ts';

export const LOADS_HEADING = '## Loads';

const LOADS = { first: 'first', unchanged: 'unchanged', changed: `${CHANGED * 100} % changed` } as const;

const whole = (value: number) => Math.round(value).toLocaleString('en');
const times = (value: number | undefined) => (value === undefined ? '' : value.toFixed(2));

function loadsTable(figures: readonly Figure[]): string {
  const pages = find(figures, copyFromPages, 'first');
  const memory = find(figures, copyFromMemory, 'first');
  const head = [
    'method',
    'load',
    'rows/s',
    '× COPY pages',
    '× COPY memory',
    'client CPU µs/row',
    'WAL MB',
    'dead rows',
  ];
  const rows = figures.map((figure) => [
    figure.method,
    LOADS[figure.load],
    whole(rate(figure)),
    times(faster(figure, pages)),
    times(faster(figure, memory)),
    whole((figure.clientSeconds / figure.rows) * 1e6),
    (figure.walBytes / 1e6).toFixed(2),
    whole(figure.deadRows),
  ]);
  return table(head, rows);
}

function sizeSection({ issues, figures, rounds, peakBytes }: SizeResult): string {
  const times = rounds === 1 ? 'measured once' : `median of ${rounds} rounds`;
  return `### ${whole(issues)} issues

${loadsTable(figures)}

Each ${times}. Peak memory of \`pylon-sync backfill --resource issues\`: ${whole(peakBytes / 1e6)} MB.`;
}

function aimsOf(sizes: readonly SizeResult[]): readonly Aim[] {
  const aims: Aim[] = [];
  const ratio = (what: string, measured: number | undefined, least: number) => {
    if (measured !== undefined) aims.push(atLeast(what, measured, least));
  };
  for (const { issues, figures, peakBytes } of sizes) {
    const at = `, ${issues.toLocaleString('en')} issues`;
    const first = (method: { readonly name: string }) => find(figures, method, 'first');
    const unchanged = find(figures, TWO_WRITERS, 'unchanged');
    ratio(
      `first load, one writer, against COPY of the same pages${at}`,
      faster(first(ONE_WRITER), first(copyFromPages)),
      0.65,
    );
    ratio(
      `first load, two writers, against COPY of the same pages${at}`,
      faster(first(TWO_WRITERS), first(copyFromPages)),
      0.85,
    );
    ratio(
      `first load, one writer, against one row a statement${at}`,
      faster(first(ONE_WRITER), first(rowByRow)),
      2.5,
    );
    ratio(
      `unchanged load, two writers, against Drizzle's upsert${at}`,
      faster(unchanged, find(figures, drizzleUpsert, 'unchanged')),
      4,
    );
    const whole = first(TWO_WRITERS);
    if (unchanged !== undefined && whole !== undefined) {
      const percent = (share: number) => `${(share * 100).toFixed(2)} %`;
      aims.push(
        atMost(
          `log of an unchanged load against the first${at}`,
          unchanged.walBytes / whole.walBytes,
          0.01,
          percent,
        ),
      );
      aims.push(atMost(`dead rows of an unchanged load${at}`, unchanged.deadRows, 0, String));
    }
    aims.push(atMost(`peak memory of \`pylon-sync backfill\`${at}`, peakBytes, MEMORY_BYTES, megabytes));
  }
  return aims;
}

/** The part of `RESULTS.md` about whole loads of issues, which can be measured alone. */
export function loadsSection(
  sizes: readonly SizeResult[],
  { command, date, machine }: Circumstances,
): string {
  return `${LOADS_HEADING}

\`${command}\`, ${date}, on ${machine}.

${[aimsTable(aimsOf(sizes)), ...sizes.map(sizeSection)].join('\n\n')}`;
}
