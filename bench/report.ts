import { aimsOf, faster, find, rate } from './aims.ts';
import { childrenSection } from './children-report.ts';
import { daemonSection } from './daemon-report.ts';
import { editsSection } from './edits-report.ts';
import { historySection } from './history-report.ts';
import { idleSection } from './idle-report.ts';
import { CHANGED, type Figure } from './loads.ts';
import { copyFromMemory, copyFromPages } from './methods/copy.ts';
import type { Requests } from './requests.ts';
import type { Results, SizeResult } from './results.ts';
import { startersSection } from './starters-report.ts';
import { aimsTable, table } from './table.ts';
import { viewsSection } from './views-report.ts';

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
  return `## ${whole(issues)} issues

${loadsTable(figures)}

Each ${times}. Peak memory of \`pylon-sync backfill --resource issues\`: ${whole(peakBytes / 1e6)} MB.`;
}

function requestsSection(requests: Requests): string {
  const { issues, used, fewest, own429s, slowest, seconds, leastSeconds } = requests;
  return `## Requests

A backfill of every resource of a workspace with ${whole(issues)} issues, within Pylon's limits of today (share 1, a minute of two seconds): ${whole(used)} requests, ${whole(fewest)} at the least, ${own429s} refused for coming too soon. It took ${seconds.toFixed(1)} s; its slowest endpoint, \`${slowest}\`, needs ${leastSeconds.toFixed(1)} s for its requests at the pace of its limit. (The first minute's allowance may be used at once: a ratio below 1 is possible.)`;
}

const METHOD = `## What is measured

The sandbox runs in a process of its own. It keeps the issues as text in memory and serves the same pages to every method, so the times are those of the reader and Postgres. An issue has about 2.3 kB, with the difficulties of the API: signed links that change at every load, counters that increase, text that Postgres cannot store. A load is timed from its first connection to its last commit, into a fresh copy of the migrated database with all indexes of \`pylon.issues\`. All methods run in turn in one process, after one load that does not count. They use the project's own client and mapping, including the content hash.

- *pylon-sync*: a \`backfill\`, with one or two concurrent transactions.
- *COPY of the same pages*: fetched, parsed and mapped one page ahead in the same way, then encoded as text and streamed into one \`COPY\`. It is the least that any upsert of these pages has to do.
- *COPY of rows encoded in memory*: the same, but everything except the streaming is done before the clock starts. It shows what Postgres alone can take on one connection.
- *one row a statement, five side by side*: \`INSERT … ON CONFLICT DO UPDATE\` per object, five at a time, as stripe-sync-engine does.
- *Drizzle's onConflictDoUpdate*: \`insert().values().onConflictDoUpdate()\` on every row, as many rows a statement as there are parameters.

WAL is the difference of \`pg_current_wal_insert_lsn()\` before and after a load, with a \`CHECKPOINT\` before the first value; \`full_page_writes\` is off. Dead rows are those \`pg_stat_user_tables\` counts for \`pylon.issues\` once all sessions of the load have ended. Peak memory is \`VmHWM\` of a child process that runs the built command. Client CPU is that of the measuring process.`;

const BOUNDS = `## What limits the rates

The client is one thread. In a first load it spends its time on parsing JSON, on converting each object to text once (which is hashed and written) and on garbage collection. Pages are fetched ahead, so Postgres works on one page while the client prepares the next. If the client needs longer for a row than Postgres, a second writer only fills the gaps between transactions; \`COPY\` of the same pages is limited by the same thread. \`COPY\` from memory waits for no client, so the ratio to it says how far one thread is from what Postgres could take. An unchanged load costs the parsing, the hash and one indexed read a page; a changed load also costs the writing of what changed. A rate-limited backfill waits for the limits alone.`;

/** The whole of `RESULTS.md`. */
export function report(results: Results): string {
  const { command, date, machine, sizes, requests, children, daemon, edits, idle, views, history, starters } =
    results;
  return `# Benchmark

\`${command}\`, ${date}, on ${machine}. Rates differ from machine to machine: compare within a table.

${aimsTable(aimsOf(results))}

${[...sizes.map(sizeSection), requestsSection(requests), childrenSection(children, results), daemonSection(daemon, results), editsSection(edits, results), idleSection(idle, results), viewsSection(views, results), historySection(history, results), startersSection(starters, results), METHOD, BOUNDS].join('\n\n')}
`;
}
