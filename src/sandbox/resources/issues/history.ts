import type { Generator } from '../../data/generator.ts';
import { DAY, SECOND } from '../../data/instants.ts';
import { answerTime, workingTimes } from '../../data/plausible/timeline.ts';
import { type Ids, ids, mix, salt } from '../../data/random.ts';

/** Parts of the history in which issues were created, with months without any between them. */
const BUSY: readonly (readonly [from: number, to: number])[] = [
  [0, 0.05],
  [0.35, 0.45],
  [0.6, 0.999],
];

/** Whether an issue, by its index, came by phone. */
export const cameByPhone = (index: number): boolean => index % 10 === 7;

const SALT = salt('history');

interface HistorySettings {
  readonly seed: number;
  readonly issues: number;
  readonly historyDays: number;
  readonly traps: boolean;
}

/** The times of an issue's events, epoch milliseconds in whole seconds (`created` may have milliseconds). */
export interface Course {
  readonly created: number;
  readonly messages: number;
  /** Milliseconds between two messages. */
  readonly gap: number;
  readonly latest: number;
  readonly updated: number;
}

/**
 * When issues were created, epoch milliseconds, strictly rising: in people's working hours. With traps, in
 * busy times with months between them; some share a second, and some are exactly on the bounds of 30-day
 * windows counted back from `start` and from the second after it.
 */
function creationTimes({ seed, issues, historyDays, traps }: HistorySettings, start: number): Float64Array {
  const second = Math.floor(start / SECOND) * SECOND;
  if (!traps) return rising(workingTimes(seed, issues, second, historyDays));
  const span = historyDays * DAY;
  const oldest = second - span;
  const share = BUSY.reduce((sum, [from, to]) => sum + to - from, 0);
  const times = new Float64Array(issues);
  for (let i = 0; i < issues; i += 1) {
    const jitter = mix(seed, SALT, i) / 4_294_967_296;
    times[i] = oldest + Math.floor((spread(((i + jitter) / issues) * share) * span) / SECOND) * SECOND;
  }
  if (traps) {
    for (let i = 1; i < issues; i += 1) if (i % 50 < 3 && i % 50 > 0) times[i] = times[i - 1] ?? second;
    const edges = edgesWithin(second, oldest, span).slice(0, Math.floor(issues / 4));
    for (const [i, edge] of edges.entries()) times[Math.floor(((i + 0.5) * issues) / edges.length)] = edge;
    times.sort();
  }
  return rising(times);
}

function rising(times: Float64Array): Float64Array {
  for (let i = 1; i < times.length; i += 1) times[i] = Math.max(times[i] ?? 0, (times[i - 1] ?? 0) + 1);
  return times;
}

/** The place of a part of the busy time in the whole history. */
function spread(part: number): number {
  let left = part;
  for (const [from, to] of BUSY) {
    if (left < to - from) return from + left;
    left -= to - from;
  }
  return 0.999;
}

function edgesWithin(second: number, oldest: number, span: number): number[] {
  const edges: number[] = [];
  for (let back = 30 * DAY; back < span; back += 30 * DAY) {
    for (const edge of [second - back, second + SECOND - back]) {
      const part = (edge - oldest) / span;
      if (BUSY.some(([from, to]) => part >= from && part < to)) edges.push(edge);
    }
  }
  return edges;
}

type Seeded = Pick<Generator, 'settings'>;

/** Between two and six. With traps, issue 5 has `mostMessages`, and every 50th has none. */
export function messagesOf({ settings: { seed, traps, mostMessages } }: Seeded, index: number): number {
  if (!traps) return 2 + (mix(seed, SALT, index, 1) % 5);
  if (index === 5) return mostMessages;
  if (index % 50 === 49) return 0;
  return 1 + (mix(seed, SALT, index, 1) % 5);
}

/** All times of an issue, without computing the issue. None is after `start`. */
function course(generator: Generator, index: number, created: number): Course {
  const { seed, traps, start } = generator;
  const messages = messagesOf(generator, index);
  const hash = mix(seed, SALT, index, 2);
  const from = Math.floor(created / SECOND) * SECOND;
  const room = Math.max(0, start - 60 * SECOND - from);
  const pause = traps ? (600 + (hash % 86_400)) * SECOND : answerTime(seed, index);
  const gap = wholeSeconds(Math.min(pause, room / (messages + 1)));
  const latest = from + Math.max(0, messages - 1) * gap;
  const idle = hash % 4 === 0 ? 0 : (hash >>> 8) % (5 * DAY);
  const updated = latest + wholeSeconds(Math.min(idle, Math.max(0, start - 30 * SECOND - latest)));
  return { created, messages, gap, latest, updated };
}

const wholeSeconds = (ms: number) => Math.floor(ms / SECOND) * SECOND;

/** The events of all generated issues. */
export interface History {
  /** When each was created, epoch milliseconds, strictly rising. */
  readonly times: Float64Array;
  readonly id: Ids;
  courseOf(index: number): Course;
}

const histories = new WeakMap<Generator, History>();

/** The history of a workspace; computed once, because there may be millions of issues. */
export function historyOf(generator: Generator): History {
  const known = histories.get(generator);
  if (known !== undefined) return known;
  const { settings, seed, start } = generator;
  const times = creationTimes(settings, start);
  const history: History = {
    times,
    id: ids(seed, 'issues'),
    courseOf: (index) => course(generator, index, times[index] ?? start),
  };
  histories.set(generator, history);
  return history;
}
