import { type Aim, atMost } from './aims.ts';
import type { Requests } from './requests.ts';
import type { Circumstances } from './results.ts';
import { aimsTable } from './table.ts';

export const REQUESTS_HEADING = '## Requests';

const whole = (value: number) => Math.round(value).toLocaleString('en');
const times = (value: number) => `${value.toFixed(3)} ×`;

const aimsOf = ({ used, fewest, seconds, leastSeconds, own429s }: Requests): readonly Aim[] => [
  atMost('requests used against the fewest possible', used / fewest, 1.05, times),
  atMost('time against that of the slowest endpoint’s limit', seconds / leastSeconds, 1.05, times),
  atMost('requests refused for our own pace', own429s, 0, String),
];

/** The part of `RESULTS.md` about the requests of a backfill, which can be measured alone. */
export function requestsSection(requests: Requests, { command, date, machine }: Circumstances): string {
  const { issues, objects, used, fewest, above, slowest, seconds, leastSeconds } = requests;
  const more = above.map((one) => `\`${one.table}\` ${one.used} instead of ${one.fewest}`).join(', ');
  return `${REQUESTS_HEADING}

\`${command}\`, ${date}, on ${machine}. A backfill of every resource of a workspace with ${whole(issues)} issues and ${whole(objects)} other objects, many of them in each table, within Pylon's limits of today (share 1, a minute of two seconds).

${aimsTable(aimsOf(requests))}

- ${whole(used)} requests, ${whole(fewest)} at the least. The least is counted in the workspace by what Pylon's API can be asked (\`bench/fewest.ts\`), not by how the daemon asks. Above it: ${more === '' ? 'nothing' : more}.
- It took ${seconds.toFixed(1)} s; its slowest endpoint, \`${slowest}\`, needs ${leastSeconds.toFixed(1)} s for its requests at the pace of its limit. (The first minute's allowance may be used at once: a ratio below 1 is possible.)`;
}
