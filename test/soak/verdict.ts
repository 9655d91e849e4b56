import type { Difference } from '../helpers/compare-mirror.ts';
import type { Mix } from './mix.ts';

/** How a daemon stood up to it. */
export interface Endured {
  readonly counts: Mix['counts'];
  readonly storms: number;
  readonly requests: number;
  readonly own429s: number;
  /** Log lines by level. */
  readonly lines: Readonly<Record<string, number>>;
  readonly errors: readonly unknown[];
  readonly memory: { readonly atThird: number; readonly atEnd: number; readonly peak: number };
  /** Seconds from rest to a mirror that is equal; undefined where it was not within the time. */
  readonly settledAfter: number | undefined;
  readonly dayAfter: number | undefined;
  /** What was left of differences. */
  readonly left: readonly Difference[];
  readonly status: number | null;
  readonly endedAfter: number;
}

/** RSS at the end against that at one third, and for how long a daemon has to run before that says anything. */
const GROWTH = 1.1;
const TELLING_MINUTES = 5;

/** Everything that was not as it has to be; nothing when the daemon has passed. */
export function problemsOf(endured: Endured, minutes: number): readonly string[] {
  const { own429s, errors, memory, settledAfter, dayAfter, left, status, endedAfter } = endured;
  const differing = left.slice(0, 10).map(({ resource, key, what }) => `  ${resource} ${key}: ${what}`);
  const problems: readonly (readonly [is: boolean, problem: string])[] = [
    [settledAfter === undefined, 'the mirror did not become equal when Pylon came to rest'],
    [dayAfter === undefined, 'the mirror did not become equal within a day'],
    [differing.length > 0, ['differences:', ...differing].join('\n')],
    [own429s > 0, `${own429s} requests were refused for its own pace`],
    [minutes >= TELLING_MINUTES && memory.atEnd > memory.atThird * GROWTH, 'its memory grew'],
    [errors.length > 0, `it logged errors: ${JSON.stringify(errors.slice(0, 5))}`],
    [status !== 0 || endedAfter > 10, `it ended with status ${status} after ${endedAfter.toFixed(1)} s`],
  ];
  return problems.filter(([is]) => is).map(([, problem]) => problem);
}

export const secondsOf = (seconds: number | undefined) =>
  seconds === undefined ? 'never' : `${seconds.toFixed(1)} s`;

/** What a person wants to see of it. */
export function tableOf(endured: Endured): string {
  const { counts, storms, requests, own429s, lines, memory, settledAfter, dayAfter } = endured;
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  const changes = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const growth = ((memory.atEnd / memory.atThird - 1) * 100).toFixed(1);
  return [
    `changes    ${changes}: ${Object.entries(counts)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ')}`,
    `storms     ${storms}`,
    `requests   ${requests}, ${own429s} refused for its own pace`,
    `log lines  ${Object.entries(lines)
      .map(([level, count]) => `${count} ${level}`)
      .join(', ')}`,
    `memory     ${megabytes(memory.atThird)} at one third, ${megabytes(memory.atEnd)} at the end (${growth} %), ${megabytes(memory.peak)} at its peak`,
    `equal      after the last change: ${secondsOf(settledAfter)}; what nothing points to, into the day that followed: ${secondsOf(dayAfter)}`,
    `ended      after ${endured.endedAfter.toFixed(1)} s with status ${endured.status}`,
  ].join('\n');
}
