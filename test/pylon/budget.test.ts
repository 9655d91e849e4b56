import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Budget, type BudgetOptions, createBudget } from '../../src/pylon/limits/budget.ts';
import type { Priority } from '../../src/pylon/types.ts';

// Only the clock and the timers that wait by it: a minute passes in a moment.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

const wait = async (ms: number) => {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
};

function budgetOf(options: Partial<BudgetOptions>): Budget {
  return createBudget({
    ...{ endpoint: 'GET /issues', allowed: 3, intervalMs: 1000, concurrency: 6, now: Date.now },
    ...options,
  });
}

/** Requests as a server sees them, some time after each was sent and before it is answered. */
function server(budget: Budget) {
  const arrivals: { name: string; at: number }[] = [];
  const send = async (name: string, there = 0, back = 0, priority: Priority = 'backfill') =>
    budget.run(async () => {
      await wait(there);
      arrivals.push({ name, at: Date.now() });
      await wait(back);
    }, priority);
  return { arrivals, send };
}

const latency = fc.integer({ min: 0, max: 1500 });
const requests = fc.array(
  fc.record({
    after: fc.integer({ min: 0, max: 400 }),
    there: latency,
    back: latency,
    priority: fc.constantFrom<Priority[]>('edit', 'change', 'backfill', 'audit'),
  }),
  { minLength: 1, maxLength: 40 },
);

test('no stretch of one interval at the server sees more than the allowed number, whatever the latencies', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 8 }),
      requests,
      fc.array(fc.integer({ min: 0, max: 1200 }), { maxLength: 8 }),
      async (allowed, sent, ago) => {
        const began = Date.now();
        const earlier = ago.slice(0, allowed).map((ms) => began - ms);
        const budget = budgetOf({ allowed, occupied: earlier });
        const { arrivals, send } = server(budget);
        const all = sent.map(async ({ after, there, back, priority }) => {
          await wait(after);
          await send('', there, back, priority);
        });
        await vi.runAllTimersAsync();
        await Promise.all(all);
        expect(arrivals).toHaveLength(sent.length);
        const times = [...earlier, ...arrivals.map(({ at }) => at)].sort((a, b) => a - b);
        times.forEach((time, index) => {
          const later = times[index + allowed];
          if (later !== undefined) expect(later - time).toBeGreaterThanOrEqual(1000);
        });
      },
    ),
    { numRuns: 150 },
  );
});

test('a saturated budget uses at least 0.95 of the limit', async () => {
  const budget = budgetOf({ allowed: 30, intervalMs: 60_000 });
  const { arrivals, send } = server(budget);
  for (let index = 0; index < 400; index += 1) void send('', 100, 150);
  await vi.advanceTimersByTimeAsync(10 * 60_000 - 1);
  expect(arrivals.length).toBeGreaterThanOrEqual(0.95 * 10 * 30);
  expect(arrivals.length).toBeLessThanOrEqual(10 * 30);
  budget.clear();
});

test('what an earlier process asked still counts, also when its clock was ahead', async () => {
  const now = Date.now();
  const budget = budgetOf({ allowed: 3, occupied: [now + 3_600_000, now - 400, now - 5000] });
  expect(budget.use().used).toBe(2);
  const { arrivals, send } = server(budget);
  for (const name of ['a', 'b', 'c']) void send(name);
  await vi.runAllTimersAsync();
  expect(arrivals.map(({ name, at }) => [name, at - now])).toEqual([
    ['a', 0],
    ['b', 600],
    ['c', 1000],
  ]);
});

test('once the window is full the highest priority leaves first, equals in the order they came', async () => {
  const { arrivals, send } = server(budgetOf({ allowed: 1 }));
  void send('first');
  for (const priority of ['audit', 'backfill', 'change', 'edit'] as const) {
    void send(`${priority} 1`, 0, 0, priority);
    void send(`${priority} 2`, 0, 0, priority);
  }
  await vi.runAllTimersAsync();
  expect(arrivals.map(({ name }) => name)).toEqual([
    ...['first', 'edit 1', 'edit 2', 'change 1', 'change 2'],
    ...['backfill 1', 'backfill 2', 'audit 1', 'audit 2'],
  ]);
});

test('no more than so many requests are under way at once', async () => {
  const { arrivals, send } = server(budgetOf({ allowed: 100, concurrency: 6 }));
  for (let index = 0; index < 20; index += 1) void send('', 0, 500);
  await vi.advanceTimersByTimeAsync(499);
  expect(arrivals).toHaveLength(6);
  await vi.advanceTimersByTimeAsync(500);
  expect(arrivals).toHaveLength(12);
});

/** A request that is refused at once, and asks to wait until then. */
const refused = (budget: Budget, until: number) =>
  budget.run(async (turn) => turn.limited(until), 'backfill');

describe('after a request was limited', () => {
  test('nothing leaves before the server says, and a shorter wait that was asked for earlier changes nothing', async () => {
    const budget = budgetOf({ allowed: 5 });
    const { arrivals, send } = server(budget);
    const began = Date.now();
    // Both left before either was answered.
    for (const [after, asked] of [
      [1, 5000],
      [2, 2000],
    ] as const)
      void budget.run(async (turn) => {
        await wait(after);
        turn.limited(began + asked);
      }, 'backfill');
    await vi.advanceTimersByTimeAsync(2);
    expect(budget.use().pausedUntil).toBe(began + 5000);
    void send('held');
    await vi.advanceTimersByTimeAsync(4997);
    expect(arrivals).toEqual([]);
    expect(budget.use().queued).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(arrivals).toEqual([{ name: 'held', at: began + 5000 }]);
    expect(budget.use().pausedUntil).toBe(0);
  });

  test('one request asks every ten minutes, and the others follow when it is answered', async () => {
    const budget = budgetOf({ allowed: 100 });
    const began = Date.now();
    await refused(budget, began + 86_400_000);
    const asked: number[] = [];
    const all = Array.from({ length: 8 }, () =>
      budget.run(async (turn) => {
        asked.push((Date.now() - began) / 60_000);
        await wait(100);
        if (asked.length < 4) turn.limited(began + 86_400_000);
        else turn.answered();
      }, 'backfill'),
    );
    await vi.advanceTimersByTimeAsync(3 * 3_600_000);
    await Promise.all(all);
    expect(asked.slice(0, 4).map(Math.floor)).toEqual([10, 20, 30, 40]);
    expect(asked.slice(4).map(Math.floor)).toEqual([40, 40, 40, 40]);
    expect(Number(asked[4]) - Number(asked[3])).toBeGreaterThan(0.001);
    expect(budget.use().pausedUntil).toBe(0);
  });

  test('the request that asks brings the newer word, a shorter one too', async () => {
    const budget = budgetOf({ allowed: 100 });
    const began = Date.now();
    await refused(budget, began + 86_400_000);
    void refused(budget, began + 660_000);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(budget.use().pausedUntil).toBe(began + 660_000);
    const { arrivals, send } = server(budget);
    void send('after');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(arrivals).toEqual([{ name: 'after', at: began + 660_000 }]);
  });

  test('a request that asks and is not answered ends no pause', async () => {
    const budget = budgetOf({ allowed: 100 });
    const began = Date.now();
    await refused(budget, began + 1_500_000);
    const asked: number[] = [];
    const all = Array.from({ length: 3 }, () =>
      budget.run(async () => void asked.push(Date.now() - began), 'edit'),
    );
    await vi.advanceTimersByTimeAsync(1_500_000);
    await Promise.all(all);
    // The third is the server's own time.
    expect(asked).toEqual([600_000, 1_200_000, 1_500_000]);
  });

  test('a wait of months neither ends at once nor spins', async () => {
    const budget = budgetOf({ askEveryMs: Number.POSITIVE_INFINITY });
    const { arrivals, send } = server(budget);
    await refused(budget, Date.now() + 2 ** 31 * 3);
    void send('held');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(arrivals).toEqual([]);
    expect(vi.getTimerCount()).toBe(1);
    await vi.runAllTimersAsync();
    expect(arrivals).toHaveLength(1);
  });
});

test('a failed request counts as one that was sent, and its error comes out', async () => {
  const budget = budgetOf({ allowed: 1 });
  await expect(
    budget.run(async () => {
      throw new Error('reset');
    }, 'backfill'),
  ).rejects.toThrow('reset');
  expect(budget.use()).toMatchObject({ used: 1, answeredAt: [Date.now()] });
  await vi.advanceTimersByTimeAsync(1000);
  expect(budget.use()).toMatchObject({ used: 0, answeredAt: [] });
});

test('a request whose signal has aborted does not begin, also where another leaves the queue at that moment', async () => {
  const budget = budgetOf({ allowed: 1 });
  await budget.run(async () => {}, 'backfill');
  const begun: string[] = [];
  const stop = new AbortController();
  const waiting = ['a', 'b'].map((name) =>
    budget.run(async () => void begun.push(name), 'backfill', new AbortController().signal, stop.signal),
  );
  // The window has room again, and its timer has not come yet.
  vi.setSystemTime(Date.now() + 5000);
  stop.abort(new Error('stopped'));
  const stopped = { status: 'rejected', reason: new Error('stopped') };
  expect(await Promise.allSettled(waiting)).toEqual([stopped, stopped]);
  expect(begun).toEqual([]);
  expect(budget.use()).toMatchObject({ queued: 0, used: 0 });
  expect(vi.getTimerCount()).toBe(0);
});
