import { childrenSection } from './children-report.ts';
import { daemonSection } from './daemon-report.ts';
import { editsSection } from './edits-report.ts';
import { historySection } from './history-report.ts';
import { idleSection } from './idle-report.ts';
import { largeSection } from './large-report.ts';
import { loadsSection } from './loads-report.ts';
import { requestsSection } from './requests-report.ts';
import type { Results } from './results.ts';
import { startersSection } from './starters-report.ts';
import { viewsSection } from './views-report.ts';

const METHOD = `## What is measured

The sandbox runs in a process of its own. It keeps the issues as text in memory and serves the same pages to every method, so the times are those of the reader and Postgres. An issue has about 2.3 kB, with the difficulties of the API: signed links that change at every load, counters that increase, text that Postgres cannot store. A load is timed from its first connection to its last commit, into a fresh copy of the migrated database with all indexes of \`pylon.issues\`. All methods run in turn in one process, after one load that does not count. They use the project's own client and mapping, including the content hash.

- *pylon-sync*: a \`backfill\`, with one or two concurrent transactions.
- *COPY of the same pages*: fetched, parsed and mapped one page ahead in the same way, then encoded as text and streamed into one \`COPY\`. It is the least that any upsert of these pages has to do.
- *COPY of rows encoded in memory*: the same, but everything except the streaming is done before the clock starts. It shows what Postgres alone can take on one connection.
- *one row a statement, five side by side*: \`INSERT … ON CONFLICT DO UPDATE\` per object, five at a time, as stripe-sync-engine does.
- *Drizzle's onConflictDoUpdate*: \`insert().values().onConflictDoUpdate()\` on every row, as many rows a statement as there are parameters.

WAL is the difference of \`pg_current_wal_insert_lsn()\` before and after a load, with a \`CHECKPOINT\` before the first value; \`full_page_writes\` is off. Dead rows are those \`pg_stat_user_tables\` counts for \`pylon.issues\` once all sessions of the load have ended. Peak memory is \`VmHWM\` of a child process that runs the built command. Client CPU is that of the measuring process.`;

const BOUNDS = `## What limits the rates

The client is one thread. In a first load half of its time goes to parsing JSON and to converting each object to text once (which is hashed and written), a sixth to garbage collection within a small young generation (docs/decisions/0032), and the rest to decoding, to the driver and to the requests. Pages are fetched ahead, so Postgres works on one page while the client prepares the next. \`COPY\` of the same pages is limited by the same thread: nothing that has to parse these pages on it can be much faster, and with one writer the gaps between transactions come on top. If the client needs longer for a row than Postgres, a second writer only fills these gaps. \`COPY\` from memory waits for no client, so the ratio to it says how far one thread is from what Postgres could take; it is no aim. A worker thread for parsing and mapping would take 22 to 38 MB more memory at its peak, with nothing but these loaded, which is most of what 200 MB leave under Node 24. An unchanged load costs the parsing, the hash and one indexed read a page; a changed load also costs the writing of what changed. A rate-limited backfill waits for the limits alone.`;

/** The whole of `RESULTS.md`. */
export function report(results: Results): string {
  const { sizes, requests, children, daemon, edits, idle, views, large, history, starters } = results;
  return `# Benchmark

Rates differ from machine to machine: compare within a table.

${[loadsSection(sizes, results), requestsSection(requests, results), childrenSection(children, results), daemonSection(daemon, results), editsSection(edits, results), idleSection(idle, results), viewsSection(views, results), largeSection(large, results), historySection(history, results), startersSection(starters, results), METHOD, BOUNDS].join('\n\n')}
`;
}
