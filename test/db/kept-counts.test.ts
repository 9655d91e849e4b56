import { expect, test } from 'vitest';
import { type EditCounts, keptCounts } from '../../src/db/status/edit-counts.ts';
import { STATES, type State } from '../../src/edits/states.ts';

const NONE = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<State, number>;
const countsOf = (pending: number): EditCounts => ({
  by_state: { ...NONE, pending },
  waiting_seconds: null,
  stuck: { edits: 0, seconds: 0, error: null },
  answered: { edits: 0, error: null },
});

/** Counts that take so many milliseconds of a clock, and how often they were made. */
function counting(tookMs: number) {
  const clock = { now: 0, pending: 0, times: 0 };
  const ask = keptCounts(
    async () => {
      clock.now += tookMs;
      clock.times += 1;
      return countsOf(clock.pending);
    },
    () => clock.now,
  );
  return { clock, pending: async () => (await ask()).by_state.pending };
}

test('the counts of few edits are new each time', async () => {
  const { clock, pending } = counting(50);
  clock.pending = 9_999;
  expect(await pending()).toBe(9_999);
  clock.pending = 9_998;
  expect(await pending()).toBe(9_998);
});

test('those of many are kept twenty times as long as they took, half a minute at most', async () => {
  const { clock, pending } = counting(50);
  clock.pending = 100_000;
  expect(await pending()).toBe(100_000);
  clock.pending = 90_000;
  clock.now += 999;
  expect(await pending()).toBe(100_000);
  clock.now += 1;
  expect(await pending()).toBe(90_000);
  expect(clock.times).toBe(2);

  const slow = counting(20_000);
  slow.clock.pending = 100_000;
  await slow.pending();
  slow.clock.pending = 1;
  slow.clock.now += 30_000;
  expect(await slow.pending()).toBe(1);
});
