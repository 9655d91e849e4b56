import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { listed } from '../../src/cli/listed.ts';
import { runSchedule } from '../../src/cli/schedule.ts';
import { createLog } from '../../src/log.ts';
import { resources } from '../../src/resources/index.ts';

const EACH_SECOND = '* * * * * *';

function logged() {
  const lines: { msg: string; pass: string }[] = [];
  const write = (line: string) => lines.push(JSON.parse(line));
  const log = createLog({ level: 'info', format: 'json', colour: false, write, conceal: (line) => line });
  return { log, lines };
}

describe('the schedule', () => {
  test('runs passes at their times, never two at once, and goes on after one that fails', async () => {
    const { log, lines } = logged();
    const stop = new AbortController();
    let running = 0;
    let most = 0;
    const ran: string[] = [];
    const pass = (name: string, fails: boolean) => ({
      name,
      cron: EACH_SECOND,
      run: async () => {
        running += 1;
        most = Math.max(most, running);
        await sleep(100);
        running -= 1;
        ran.push(name);
        if (ran.length >= 4) stop.abort();
        if (fails) throw new Error('no luck');
      },
    });
    await runSchedule([pass('lists', false), pass('reconcile', true)], log, stop.signal);
    expect(most).toBe(1);
    expect(ran.filter((name) => name === 'reconcile').length).toBeGreaterThanOrEqual(2);
    expect(lines[0]).toMatchObject({
      pass: 'reconcile',
      msg: 'pass failed: it is tried again at its next time',
    });
  });

  test('leaves out the ticks that a long pass outlasts, and says so once', async () => {
    const { log, lines } = logged();
    const stop = new AbortController();
    let runs = 0;
    const run = async () => {
      runs += 1;
      await sleep(3_200);
      stop.abort();
    };
    await runSchedule([{ name: 'lists', cron: EACH_SECOND, run }], log, stop.signal);
    expect(runs).toBe(1);
    expect(lines.map(({ msg }) => msg)).toEqual([
      'pass outlasts its schedule: ticks are left out until it ends',
    ]);
  });

  test('ends at once when it is stopped before it began', async () => {
    const { log } = logged();
    await runSchedule([{ name: 'lists', cron: EACH_SECOND, run: async () => {} }], log, AbortSignal.abort());
  });
});

test('full lists are what comes whole, with its children, but nothing that hangs on issues or tasks', () => {
  const names = listed(resources).map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(['organizations', 'users', 'accounts', 'contacts', 'collections', 'articles']),
  );
  expect(
    names.filter((name) =>
      /^issue_(messages|followers|threads)$|^(issues|task_comments|projects)$/.test(name),
    ),
  ).toEqual([]);
});
