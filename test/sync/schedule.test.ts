import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import { resources } from '../../src/resources/index.ts';
import { listed, scheduleOf } from '../../src/resources/listed.ts';
import { type PlannedPass, runSchedule } from '../../src/sync/lib/schedule.ts';

const EACH_SECOND = '* * * * * *';
const ONCE_A_YEAR = '0 0 1 1 *';

function logged() {
  const lines: { msg: string; pass: string }[] = [];
  const write = (line: string) => lines.push(JSON.parse(line));
  const log = createLog({ level: 'info', format: 'json', colour: false, write, conceal: (line) => line });
  return { log, lines };
}

/** Time that passes as it is waited for; `set` is what somebody does to the wall clock. */
function startTime() {
  const start = Date.parse('2026-01-01T12:00:00.500Z');
  let [steady, offset] = [0, 0];
  return {
    clocks: () => ({ wall: start + steady + offset, steady }),
    wait: async (ms: number) => {
      steady += ms;
      await setImmediate();
    },
    set: (stepMs: number) => {
      offset += stepMs;
    },
    /** Resolves when so many milliseconds have passed, by the clock that nobody sets. */
    async passes(ms: number) {
      const end = steady + ms;
      while (steady < end) await setImmediate();
    },
  };
}

function schedule(
  passes: (time: ReturnType<typeof startTime>) => readonly PlannedPass[],
  onError: (pass: string, error: unknown) => void = () => {},
) {
  const { log, lines } = logged();
  const stop = new AbortController();
  const time = startTime();
  const { clocks, wait } = time;
  const done = runSchedule(passes(time), { log, signal: stop.signal, onError, clocks, wait, zone: 'UTC' });
  return { stop, done, lines, time };
}

describe('the schedule', () => {
  test('runs passes at their times, side by side, and goes on after one that fails', async () => {
    const failed: string[] = [];
    const ran: string[] = [];
    let running = 0;
    let most = 0;
    const plan = schedule(
      (time) => {
        const pass = (name: string, fails: boolean) => ({
          name,
          cron: EACH_SECOND,
          run: async () => {
            running += 1;
            most = Math.max(most, running);
            await time.passes(100);
            running -= 1;
            ran.push(name);
            if (ran.length >= 4) plan.stop.abort();
            if (fails) throw new Error('no luck');
          },
        });
        return [pass('lists', false), pass('reconcile', true)];
      },
      (name) => failed.push(name),
    );
    await plan.done;
    expect(most).toBe(2);
    expect(ran.filter((name) => name === 'reconcile').length).toBeGreaterThanOrEqual(2);
    expect(new Set(failed)).toEqual(new Set(['reconcile']));
  });

  test('begins with a run of each pass that does not say otherwise', async () => {
    const ran: (readonly [string, boolean])[] = [];
    const plan = schedule(() => {
      const pass = (name: string, atStart?: boolean): PlannedPass => ({
        name,
        cron: EACH_SECOND,
        ...(atStart === undefined ? {} : { atStart }),
        run: async ({ isFirst }) => void ran.push([name, isFirst]),
      });
      return [pass('changes'), pass('reconcile', false)];
    });
    await plan.time.passes(600);
    plan.stop.abort();
    await plan.done;
    expect(ran).toEqual([
      ['changes', true],
      ['changes', false],
      ['reconcile', false],
    ]);
  });

  test('leaves out the ticks that a long pass outlasts, and says so once', async () => {
    let runs = 0;
    const plan = schedule((time) => [
      {
        name: 'lists',
        cron: EACH_SECOND,
        run: async () => {
          runs += 1;
          await time.passes(3_200);
          plan.stop.abort();
        },
      },
    ]);
    await plan.done;
    expect(runs).toBe(1);
    expect(plan.lines.map(({ msg }) => msg)).toEqual([
      'pass outlasts its schedule: ticks are left out until it ends',
    ]);
  });

  test('leaves out the parts alone that an earlier tick is busy with', async () => {
    const begun: (readonly string[])[] = [];
    const plan = schedule((time) => [
      {
        name: 'changes',
        cron: EACH_SECOND,
        parts: ['issues', 'audit_logs'],
        run: async ({ parts, ended }) => {
          begun.push(parts);
          ended('issues');
          // Until the third tick after the beginning has come.
          if (begun.length === 1) await time.passes(2_600);
          if (begun.length === 5) plan.stop.abort();
        },
      },
    ]);
    await plan.done;
    expect(begun).toEqual([
      ['issues', 'audit_logs'],
      ['issues'],
      ['issues'],
      ['issues'],
      ['issues', 'audit_logs'],
    ]);
    expect(plan.lines).toEqual([expect.objectContaining({ pass: 'changes', resource: 'audit_logs' })]);
  });

  test('ends with what cannot be tried again, once the other passes have ended', async () => {
    let slowEnded = false;
    const plan = schedule(
      () => [
        { name: 'changes', cron: ONCE_A_YEAR, run: () => Promise.reject(new Error('token refused')) },
        {
          name: 'lists',
          cron: ONCE_A_YEAR,
          run: async () => {
            for (let turn = 0; turn < 20; turn += 1) await setImmediate();
            slowEnded = true;
          },
        },
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
    let runs = 0;
    const plan = schedule(() => [
      {
        name: 'changes',
        cron: EACH_SECOND,
        run: async () => {
          runs += 1;
        },
      },
    ]);
    await plan.time.passes(1_500);
    plan.time.set(stepMs);
    const before = runs;
    await plan.time.passes(4_500);
    plan.stop.abort();
    await plan.done;
    expect(runs - before).toBeGreaterThanOrEqual(2);
    expect(runs - before).toBeLessThanOrEqual(7);
    expect(plan.lines.map(({ msg }) => msg)).toContain('the clock was set: schedules begin anew');
  });
});

test('each resource is kept up to date by one schedule: its own, or that of what it hangs on', () => {
  const by = (wanted: string) =>
    resources.filter((resource) => scheduleOf(resource, resources) === wanted).map(({ name }) => name);
  expect(by('changes')).toEqual(
    expect.arrayContaining(['issues', 'issue_messages', 'tasks', 'task_comments']),
  );
  expect(by('changes')).not.toContain('survey_responses');
  expect(by('lists')).toEqual(listed(resources).map(({ name }) => name));
  expect(by('lists')).toContain('call_recordings');
  expect(by('reconcile')).toEqual([]);
  expect([...by('changes'), ...by('lists'), ...by('reconcile')]).toHaveLength(resources.length);
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
