import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createLog } from '../../src/log.ts';
import { resources } from '../../src/resources/index.ts';
import { listed } from '../../src/sync/listed.ts';
import { type PlannedPass, runSchedule } from '../../src/sync/schedule.ts';

const EACH_SECOND = '* * * * * *';
const ONCE_A_YEAR = '0 0 1 1 *';

function logged() {
  const lines: { msg: string; pass: string }[] = [];
  const write = (line: string) => lines.push(JSON.parse(line));
  const log = createLog({ level: 'info', format: 'json', colour: false, write, conceal: (line) => line });
  return { log, lines };
}

function schedule(
  passes: readonly PlannedPass[],
  onError: (pass: string, error: unknown) => void = () => {},
) {
  const { log, lines } = logged();
  const stop = new AbortController();
  const done = runSchedule(passes, { log, signal: stop.signal, onError });
  return { stop, done, lines };
}

afterEach(() => void vi.useRealTimers());

describe('the schedule', () => {
  test('runs passes at their times, side by side, and goes on after one that fails', async () => {
    const failed: string[] = [];
    const ran: string[] = [];
    let running = 0;
    let most = 0;
    const pass = (name: string, fails: boolean) => ({
      name,
      cron: EACH_SECOND,
      run: async () => {
        running += 1;
        most = Math.max(most, running);
        await sleep(100);
        running -= 1;
        ran.push(name);
        if (ran.length >= 4) plan.stop.abort();
        if (fails) throw new Error('no luck');
      },
    });
    const plan = schedule([pass('lists', false), pass('reconcile', true)], (name) => failed.push(name));
    await plan.done;
    expect(most).toBe(2);
    expect(ran.filter((name) => name === 'reconcile').length).toBeGreaterThanOrEqual(2);
    expect(new Set(failed)).toEqual(new Set(['reconcile']));
  });

  test('begins with a run of each pass that does not say otherwise', async () => {
    const ran: string[] = [];
    const pass = (name: string, atStart?: boolean) => ({
      name,
      cron: ONCE_A_YEAR,
      ...(atStart === undefined ? {} : { atStart }),
      run: async () => void ran.push(name),
    });
    const plan = schedule([pass('changes'), pass('reconcile', false)]);
    await sleep(50);
    plan.stop.abort();
    await plan.done;
    expect(ran).toEqual(['changes']);
  });

  test('leaves out the ticks that a long pass outlasts, and says so once', async () => {
    let runs = 0;
    const run = async () => {
      runs += 1;
      await sleep(3_200);
      plan.stop.abort();
    };
    const plan = schedule([{ name: 'lists', cron: EACH_SECOND, run }]);
    await plan.done;
    expect(runs).toBe(1);
    expect(plan.lines.map(({ msg }) => msg)).toEqual([
      'pass outlasts its schedule: ticks are left out until it ends',
    ]);
  });

  test('ends with what cannot be tried again, once the other passes have ended', async () => {
    let slowEnded = false;
    const endSlowly = async () => {
      await sleep(200);
      slowEnded = true;
    };
    const plan = schedule(
      [
        { name: 'changes', cron: ONCE_A_YEAR, run: () => Promise.reject(new Error('token refused')) },
        { name: 'lists', cron: ONCE_A_YEAR, run: endSlowly },
      ],
      (_, error) => {
        throw error;
      },
    );
    await expect(plan.done).rejects.toThrow('token refused');
    expect(slowEnded).toBe(true);
  });

  test.each([
    ['back', -3_600_000],
    ['forward', 3_600_000],
  ])('goes on within seconds when the clock is set %s by an hour', async (_, stepMs) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const drift = setInterval(() => vi.setSystemTime(Date.now() + 50), 50);
    let runs = 0;
    const count = () => {
      runs += 1;
    };
    const plan = schedule([{ name: 'changes', cron: EACH_SECOND, run: async () => count() }]);
    await sleep(1_500);
    vi.setSystemTime(Date.now() + stepMs);
    const before = runs;
    await sleep(4_500);
    plan.stop.abort();
    await plan.done;
    clearInterval(drift);
    expect(runs - before).toBeGreaterThanOrEqual(2);
    expect(runs - before).toBeLessThanOrEqual(7);
    expect(plan.lines.map(({ msg }) => msg)).toContain('the clock was set: schedules begin anew');
  });
});

test('full lists are what comes whole, with its children, but nothing whose changes can be asked for', () => {
  const names = listed(resources).map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(['organizations', 'users', 'accounts', 'contacts', 'collections', 'articles']),
  );
  expect(names).toContain('milestones');
  expect(
    names.filter((name) =>
      /^issue_(messages|followers|threads)$|^(issues|tasks|task_comments|projects|audit_logs)$/.test(name),
    ),
  ).toEqual([]);
});
