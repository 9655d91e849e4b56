import { type Aim, atLeast, atMost } from './aims.ts';
import type { ChildFigures } from './children.ts';
import type { Circumstances } from './results.ts';
import { aimsTable } from './table.ts';

export const CHILDREN_HEADING = '## Listings per parent';

const several = (value: number) => value.toFixed(2);
const milliseconds = (value: number) => `${value.toFixed(1)} ms`;

const aimsOf = ({ roundTrips, cpuMs, former }: ChildFigures): readonly Aim[] => [
  atMost('round trips to Postgres, a request', roundTrips, 4, several),
  atMost('processor time of the client, a request', cpuMs, 3, milliseconds),
  ...(former === undefined
    ? []
    : [atLeast(`requests a second, against commit ${former.commit}`, former.times, 4)]),
];

/** The part of `RESULTS.md` about listings per parent, which can be measured alone. */
export function childrenSection(figures: ChildFigures, { command, date, machine }: Circumstances): string {
  const { issues, requests, rounds, requestsPerSecond, statements, former } = figures;
  const before =
    former === undefined
      ? ''
      : ` Commit ${former.commit}, measured in turn with it: ${Math.round(former.requestsPerSecond)} a second, ${milliseconds(former.cpuMs)} of processor time a request; the ratio is the median of those of the rounds.`;
  return `${CHILDREN_HEADING}

\`${command}\`, ${date}, on ${machine}. A backfill of ${issues} issues with their messages, followers and threads, without limits: ${requests} requests, ${Math.round(requestsPerSecond)} a second, ${several(statements)} statements a request; ${rounds === 1 ? 'measured once' : `the median of ${rounds} rounds`}.${before} The client, bundled as the program is and with the settings of memory that its tree starts the program with, and Pylon are processes of their own on the same processors, and Pylon's answers wait in memory. The daemon stores pages of several parents together (docs/decisions/0055), the more of them the faster they arrive: on a slow machine a request takes more round trips, but never more than four. Rates and processor time depend on the machine and on what else it does.

${aimsTable(aimsOf(figures))}`;
}
