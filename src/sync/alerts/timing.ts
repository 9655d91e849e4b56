import type { Alert, NewAlert, Recent } from '../../db/alerts/alerts.ts';

/** When a trouble of a kind counts as begun and as over, in milliseconds. */
interface Timing {
  /** For how long it has to last. */
  readonly lastsMs: number;
  /** For how long it has to be away. A shorter absence is none. */
  readonly awayMs: number;
}

const MINUTE_MS = 60_000;

/** What waits for a decision: it is there, or it is not. */
const DECISION: Timing = { lastsMs: 0, awayMs: 0 };
/** What comes and goes by itself. */
const WEATHER: Timing = { lastsMs: 2 * MINUTE_MS, awayMs: 5 * MINUTE_MS };
/** The same, where what is looked at has lasted for long by the time it is seen. */
const SLOW: Timing = { lastsMs: 0, awayMs: 5 * MINUTE_MS };

/** By the key's beginning, the longest that fits. */
const TIMINGS: Readonly<Record<string, Timing>> = {
  failing: WEATHER,
  pylon: WEATHER,
  late: SLOW,
  clock: SLOW,
  views: SLOW,
  paused: { ...SLOW, lastsMs: 10 * MINUTE_MS },
  'edits stuck': WEATHER,
  'edits draft': { ...DECISION, lastsMs: 2 * MINUTE_MS },
};

const startsWith = (key: string, words: string) => key === words || key.startsWith(`${words} `);

function timingOf(key: string): Timing {
  const found = Object.keys(TIMINGS).filter((words) => startsWith(key, words));
  return TIMINGS[found.sort((a, b) => b.length - a.length)[0] ?? ''] ?? DECISION;
}

/** What cannot be seen while Pylon answers nothing or refuses the token, or while no schedule is known. */
const HIDDEN = ['failing', 'late', 'paused', 'edits stuck'];

/** The least time between two beginnings of one trouble, for the first repetition within a day and at most. */
const AGAIN_MS = 10 * MINUTE_MS;
const AGAIN_MOST_MS = 240 * MINUTE_MS;

/** How long after its last beginning a trouble may begin again, if it has begun `times` times within a day. */
export const againMs = (times: number): number => Math.min(AGAIN_MOST_MS, AGAIN_MS * 2 ** (times - 1));

/** Looks further apart than this know nothing of each other. */
const FORGET_MS = 5 * MINUTE_MS;

/** What one look finds. */
export interface Look {
  /** Epoch milliseconds, by one clock. */
  readonly now: number;
  /** What is wrong now, each key once. */
  readonly troubles: readonly NewAlert[];
  readonly open: readonly Pick<Alert, 'id' | 'key' | 'over_at'>[];
  readonly recent: readonly Recent[];
  /** Whether the schedule of the daemon is known, without which nothing is late. */
  readonly isScheduled: boolean;
}

export interface Transitions {
  readonly begun: readonly NewAlert[];
  /** Ids of alerts. */
  readonly over: readonly number[];
}

/**
 * Returns a function that decides at each look which troubles have begun and which are over. It remembers since when it
 * has seen what; nothing is lost with that but the time.
 */
export function newTransitions(): (look: Look) => Transitions {
  const seen = new Map<string, { since: number; last: number }>();
  let lookedAt = Number.NEGATIVE_INFINITY;
  return ({ now, troubles, open, recent, isScheduled }) => {
    if (now < lookedAt || now - lookedAt > FORGET_MS) seen.clear();
    lookedAt = now;
    for (const { key } of open) if (!seen.has(key)) seen.set(key, { since: now, last: now });
    for (const { key } of troubles) {
      const known = seen.get(key);
      const isNew = known === undefined || now - known.last > Math.max(timingOf(key).awayMs, MINUTE_MS);
      seen.set(key, { since: isNew ? now : known.since, last: now });
    }
    const lasting = new Set(open.filter(({ over_at }) => over_at === null).map(({ key }) => key));
    const isBlind = !isScheduled || troubles.some(({ key }) => key === 'pylon' || key === 'token');
    const mayBegin = ({ key }: NewAlert) => {
      const before = recent.find((one) => one.key === key);
      const isRested = before === undefined || now >= Date.parse(before.last) + againMs(before.times);
      return !lasting.has(key) && isRested && now - (seen.get(key)?.since ?? now) >= timingOf(key).lastsMs;
    };
    const isOver = ({ key, over_at }: Look['open'][number]) =>
      over_at === null &&
      !troubles.some((trouble) => trouble.key === key) &&
      !(isBlind && HIDDEN.some((words) => startsWith(key, words))) &&
      now - (seen.get(key)?.last ?? now) >= timingOf(key).awayMs;
    const over = open.filter(isOver);
    for (const [key, { last }] of seen) if (now - last > FORGET_MS && !lasting.has(key)) seen.delete(key);
    for (const { key } of over) seen.delete(key);
    return { begun: troubles.filter(mayBegin), over: over.map(({ id }) => id) };
  };
}
