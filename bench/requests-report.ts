import { type Aim, atMost } from './aims.ts';
import type { Requests } from './requests.ts';
import type { Circumstances } from './results.ts';
import { aimsTable } from './table.ts';

export const REQUESTS_HEADING = '## Requests';

const whole = (value: number) => Math.round(value).toLocaleString('en');
const times = (value: number) => `${value.toFixed(3)} ×`;

const aimsOf = (requests: Requests): readonly Aim[] => [
  atMost('requests used against the fewest possible', requests.used / requests.fewest, 1.05, times),
  atMost(
    'time against that of the slowest endpoint’s limit',
    requests.seconds / requests.leastSeconds,
    1.05,
    times,
  ),
  atMost('requests refused for our own pace', requests.own429s, 0, String),
];

/** The part of `RESULTS.md` about the requests of a backfill, which can be measured alone. */
export function requestsSection(requests: Requests, { command, date, machine }: Circumstances): string {
  const { issues, used, fewest, own429s, slowest, seconds, leastSeconds } = requests;
  return `${REQUESTS_HEADING}

\`${command}\`, ${date}, on ${machine}. A backfill of every resource of a workspace with ${whole(issues)} issues, within Pylon's limits of today (share 1, a minute of two seconds): ${whole(used)} requests, ${whole(fewest)} at the least, ${own429s} refused for coming too soon. It took ${seconds.toFixed(1)} s; its slowest endpoint, \`${slowest}\`, needs ${leastSeconds.toFixed(1)} s for its requests at the pace of its limit. (The first minute's allowance may be used at once: a ratio below 1 is possible.)

${aimsTable(aimsOf(requests))}`;
}
