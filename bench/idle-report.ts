import { type Aim, atMost } from './aims.ts';
import type { IdleFigures } from './idle.ts';
import type { Circumstances } from './results.ts';
import { aimsTable } from './table.ts';

export const IDLE_HEADING = '## When nothing happens';

const several = (value: number) => value.toFixed(2);
const bytes = (value: number) => `${Math.round(value)} B`;
const seconds = (value: number) => `${value.toFixed(2)} s`;
const times = (value: number) => `${value.toFixed(2)} ×`;
const milliseconds = (value: number) => `${value.toFixed(1)} ms`;

function aimsOf({ idle, audited, many }: IdleFigures): readonly Aim[] {
  const each = idle.flatMap(({ issues, transactions, walBytes, cpu, ready }) => {
    const at = `${issues.toLocaleString('en')} issues`;
    return [
      atMost(`transactions a second, ${at}`, transactions, 2, several),
      atMost(`write-ahead log a second, ${at}`, walBytes, 512, bytes),
      atMost(`processor time a minute, ${at}`, cpu, 0.5, seconds),
      atMost(`from the start of the process until it is ready, ${at}`, ready.seconds, 2, seconds),
    ];
  });
  return [
    ...each,
    atMost('transactions of many issues, against few', many.transactions, 1.1, times),
    atMost('write-ahead log of many issues, against few', many.walBytes, 1.1, times),
    atMost('transactions that an audited or reswept request adds', audited.transactions, 1, several),
    atMost('write-ahead log that it adds', audited.walBytes, 1_000, bytes),
    atMost('processor time that it adds', audited.cpuMs, 4, milliseconds),
  ];
}

/** The part of `RESULTS.md` about an idle daemon, which can be measured alone. */
export function idleSection(figures: IdleFigures, { command, date, machine }: Circumstances): string {
  const also = figures.idle.map(
    ({ issues, wakeups, ready }) =>
      `- *${issues.toLocaleString('en')} issues*: the two processes wake up ${several(wakeups)} times a second. Ready after ${times(ready.seconds / ready.versionSeconds)} the time of \`pylon-sync --version\` (${seconds(ready.versionSeconds)}), with ${seconds(ready.cpu)} of processor time; ${ready.requests} requests to Pylon until a second later. Medians of ${ready.starts} starts.`,
  );
  return `${IDLE_HEADING}

\`${command}\`, ${date}, on ${machine}. A daemon and a standby with the default schedules on a workspace that was read whole, for ${figures.minutes} minutes, the few issues and the many side by side, without resweeps and audit (\`PYLON_SYNC_AUDIT_SHARE=0\`). What these add is the difference between two runs with a minute of the limits that takes a tenth of a second, one with a fifth of the limits for them and neither with whole lists, of ${figures.audited.requests} requests more. The many issues are copies of the few in the tables, in a server of their own. Transactions are those of the database (\`pg_stat_database\`), the log is the distance of \`pg_current_wal_insert_lsn()\`, with \`full_page_writes\` off, processor time that of both processes. Processor time depends on the machine and on what else it does; the rest does not.

${aimsTable(aimsOf(figures))}

${also.join('\n')}`;
}
