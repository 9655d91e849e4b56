import { type Aim, atMost } from './aims.ts';
import type { DaemonFigures } from './daemon.ts';
import type { Circumstances } from './results.ts';
import { aimsTable } from './table.ts';

export const DAEMON_HEADING = '## The daemon';

const times = (value: number) => `${value.toFixed(3)} ×`;
const seconds = (value: number) => `${value.toFixed(2)} s`;
const several = (value: number) => value.toFixed(1);

function aimsOf({ idle, busy, own429s }: DaemonFigures): readonly Aim[] {
  return [
    atMost(
      'requests of an idle minute that ask for changes, of four tables and two types',
      idle.changes,
      6,
      several,
    ),
    atMost(
      'requests of a minute with 100 changed issues, against the fewest',
      busy.requests / busy.fewest,
      1.05,
      times,
    ),
    atMost('requests refused for our own pace', own429s, 0, String),
  ];
}

/** The daemon's part of `RESULTS.md`, which can be measured alone. */
export function daemonSection(figures: DaemonFigures, { command, date, machine }: Circumstances): string {
  const { issues, idle, busy, latency } = figures;
  return `${DAEMON_HEADING}

\`${command}\`, ${date}, on ${machine}. A workspace of ${issues.toLocaleString('en')} issues, read whole before, within Pylon's limits of today (share 1); a minute of the limits takes ten seconds, lists and reconcile do not run.

${aimsTable(aimsOf(figures))}

- *An idle minute*, mean of ${idle.minutes}: ${several(idle.changes)} requests that ask for changes, which take ${seconds(idle.seconds)} (median); ${several(idle.background)} of resweeps and the audit besides, which read each table once a day.
- *A minute with ${busy.changed} issues edited and written to*: ${busy.requests} requests, ${busy.fewest} at the least: six that ask for changes, and each issue's messages, followers and threads. ${seconds(busy.seconds)} from the last change, with minutes of ten seconds, until all of it is in the database; two of the three listings have a limit of 120 a minute. The changes are made within a second or two of a pull. A change in the last two or three seconds before a pull is read twice, since Pylon's times have whole seconds: if changes are spread over a real minute, that is at most one in twenty.
- *From a change to its row*, with a pull each second, ${latency.changes} changes at random moments: ${seconds(latency.median)} at the median, ${seconds(latency.p99)} at the 99th percentile. Half a second of it is the wait for the next pull.`;
}

/** The document with a section in the place of the former one, or before what is said of the methods. */
export function withSection(document: string, heading: string, section: string): string {
  const former = document.indexOf(`${heading}\n`);
  const begin = former === -1 ? document.indexOf('## What is measured') : former;
  if (begin === -1) return `${document.trimEnd()}\n\n${section}\n`;
  const next = former === -1 ? begin : document.indexOf('\n## ', former) + 1;
  return `${document.slice(0, begin)}${section}\n\n${next === 0 ? '' : document.slice(next)}`;
}
