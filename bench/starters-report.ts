import { atMost, MEMORY_BYTES, megabytes } from './aims.ts';
import type { Circumstances } from './results.ts';
import type { StarterFigures } from './starters.ts';
import { aimsTable } from './table.ts';

export const STARTERS_HEADING = '## Memory through every starter';

/** The starters' part of `RESULTS.md`, which can be measured alone. */
export function startersSection(
  { issues, peaks }: StarterFigures,
  { command, date, machine }: Circumstances,
): string {
  const aims = peaks.map(({ node, starter, peakBytes }) =>
    atMost(`Node ${node}, ${starter}`, peakBytes, MEMORY_BYTES, megabytes),
  );
  return `${STARTERS_HEADING}

\`${command}\`, ${date}, on ${machine}. Peak memory (\`VmHWM\`) of the process, for each way to start it, while it first reads ${issues.toLocaleString('en')} issues without rate limits; \`demo\` reads its own 200, with the sandbox in the same process.

${aimsTable(aims)}`;
}
