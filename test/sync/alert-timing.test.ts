import { describe, expect, test } from 'vitest';
import { againMs, newTransitions } from '../../src/sync/alerts/timing.ts';

const START = Date.parse('2026-03-01T12:00:00Z');

/** One look: seconds since the start, the keys that are wrong then, and what comes of it. */
type Step = readonly [at: number, wrong: readonly string[], expected: readonly string[]];

/** Plays looks against a table of alerts in memory, as the database would keep it. Returns what was told at each. */
function play(steps: readonly Step[], { isScheduled = true } = {}) {
  const transitions = newTransitions();
  const alerts: { id: number; key: string; began_at: number; over_at: string | null }[] = [];
  return steps.map(([at, wrong]) => {
    const now = START + at * 1_000;
    const keys = [...new Set(alerts.map(({ key }) => key))];
    const { begun, over } = transitions({
      ...{ now, isScheduled, open: alerts.filter(({ over_at }) => over_at === null) },
      troubles: wrong.map((key) => ({ key, summary: key, command: 'pylon-sync status' })),
      recent: keys.map((key) => {
        const own = alerts.filter((alert) => alert.key === key);
        const last = new Date(Math.max(...own.map(({ began_at }) => began_at))).toISOString();
        return { key, times: own.length, last };
      }),
    });
    const ended = alerts.filter(({ id }) => over.includes(id));
    for (const alert of ended) alert.over_at = new Date(now).toISOString();
    for (const { key } of begun) alerts.push({ id: alerts.length, key, began_at: now, over_at: null });
    return [...begun.map(({ key }) => `+ ${key}`), ...ended.map(({ key }) => `- ${key}`)];
  });
}

const MINUTE = 60;

describe('a trouble', () => {
  test.each<[what: string, steps: readonly Step[]]>([
    [
      'that waits for a decision is told at the look that finds it, and again when it is settled',
      [
        [0, [], []],
        [30, ['edits failed'], ['+ edits failed']],
        [60, ['edits failed'], []],
        [90, [], ['- edits failed']],
        [120, [], []],
      ],
    ],
    [
      'that comes and goes by itself is told once it has lasted for two minutes',
      [
        [0, ['failing issues', 'pylon'], []],
        [60, ['failing issues', 'pylon'], []],
        [120, ['failing issues', 'pylon'], ['+ failing issues', '+ pylon']],
      ],
    ],
    [
      'of the kind that is over within two minutes is told to nobody',
      [
        [0, ['failing issues'], []],
        [60, ['failing issues'], []],
        [90, [], []],
        [400, [], []],
      ],
    ],
    [
      'that came by itself is over when it has been away for five minutes, and a shorter absence is none',
      [
        [0, ['late changes issues'], ['+ late changes issues']],
        [30, [], []],
        [270, [], []],
        [285, ['late changes issues'], []],
        [315, [], []],
        [575, [], []],
        [585, [], ['- late changes issues']],
      ],
    ],
    [
      'of a paused endpoint is one after ten minutes, and the moment before a probe does not end it',
      [
        [0, ['paused GET /issues'], []],
        [240, ['paused GET /issues'], []],
        [450, ['paused GET /issues'], []],
        [480, [], []],
        [570, ['paused GET /issues'], []],
        [600, ['paused GET /issues'], ['+ paused GET /issues']],
      ],
    ],
    [
      'is not over because a graver one hides it',
      [
        [0, ['late changes issues'], ['+ late changes issues']],
        [30, ['token'], ['+ token']],
        [330, ['token'], []],
        [600, ['token'], []],
        [630, ['late changes issues'], ['- token']],
        [900, [], []],
        [930, [], ['- late changes issues']],
      ],
    ],
  ])('%s', (_what, steps) => {
    expect(play(steps)).toEqual(steps.map(([, , expected]) => expected));
  });

  test('of a schedule that is not known is not over either', () => {
    const late = play(
      [
        [0, ['late changes issues'], []],
        [100, [], []],
        [390, [], []],
      ],
      { isScheduled: false },
    );
    expect(late).toEqual([['+ late changes issues'], [], []]);
  });

  test('that flaps is told ever less often, and never lost while it lasts', () => {
    expect([1, 2, 3, 4, 5, 6, 20].map((times) => againMs(times) / 60_000)).toEqual([
      10, 20, 40, 80, 160, 240, 240,
    ]);
    // A failed edit each other minute, and somebody who discards it in between, for a day.
    const steps = Array.from({ length: 24 * 60 }, (_, minute): Step => {
      return [minute * MINUTE, minute % 2 === 0 ? ['edits failed'] : [], []];
    });
    const told = play(steps).flat();
    expect(told.length).toBeLessThanOrEqual(20);
    expect(told.slice(0, 4)).toEqual([
      '+ edits failed',
      '- edits failed',
      '+ edits failed',
      '- edits failed',
    ]);
    // One that comes back and stays is told when its time has come.
    expect(
      play([
        [0, ['edits failed'], []],
        [60, [], []],
        [120, ['edits failed'], []],
        [570, ['edits failed'], []],
        [600, ['edits failed'], []],
      ]),
    ).toEqual([['+ edits failed'], ['- edits failed'], [], [], ['+ edits failed']]);
  });

  test('is not over at the first look of another process, which has not seen it before', () => {
    const transitions = newTransitions();
    const open = [{ id: 7, key: 'failing issues', over_at: null }];
    const at = (minutes: number) =>
      transitions({
        ...{ now: START + minutes * 60_000, troubles: [], open, recent: [], isScheduled: true },
      }).over;
    expect([at(0), at(4), at(5)]).toEqual([[], [], [7]]);
  });
});
