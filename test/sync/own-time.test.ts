import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished } from 'vitest';
import { resourceNamed } from '../../src/resources/index.ts';
import { plannedPasses } from '../../src/sync/daemon/scheduled.ts';
import { runSchedule } from '../../src/sync/lib/schedule.ts';
import { fullSync } from '../../src/sync/runs/full-sync.ts';
import { type Mirrored, test } from '../helpers/session.ts';

const NEVER = '0 0 1 1 *';
const names = ['users', 'tags', 'macros', 'knowledge_bases', 'articles', 'issues', 'audit_logs'];
const resources = names.map(resourceNamed);

/** The passes of the daemon, on a clock that runs twenty times as fast; one kind of them comes each second. */
function run({ session }: Mirrored, stop: AbortController, each: 'changes' | 'lists' | 'reconcile'): void {
  const { ctx, puller } = session;
  const cron = (name: string) => (name === each ? '* * * * * *' : NEVER);
  const passes = plannedPasses(
    ctx,
    {
      ...{ resources, windowDays: 30, overlapSeconds: 300 },
      activity: { complete: true },
      ...{ schedule: cron('changes'), listSchedule: cron('lists'), reconcileSchedule: cron('reconcile') },
    },
    puller,
    { failed: () => {}, recovered: () => {} },
  );
  let steady = 0;
  const wait = async (ms: number) => {
    await sleep(ms / 20);
    steady += ms;
  };
  const clocks = () => ({ wall: Date.parse('2026-01-01T12:00:00Z') + steady, steady });
  const { log, signal } = ctx;
  const ended = runSchedule(passes, { log, signal, onError: () => {}, clocks, wait });
  onTestFinished(async () => {
    stop.abort(new Error('the test is over'));
    await ended;
  });
}

test('a pull is complete where everything has been read and no resource was left out or failed', async ({
  mirror,
}) => {
  const { session, sandbox } = await mirror({}, { resources });
  const { ctx, puller } = session;
  const activity = { complete: false };
  let completed = 0;
  const [changes] = plannedPasses(
    ctx,
    {
      ...{ resources, windowDays: 30, overlapSeconds: 300, activity, onPulled: () => (completed += 1) },
      ...{ schedule: NEVER, listSchedule: NEVER, reconcileSchedule: NEVER },
    },
    puller,
    { failed: () => {}, recovered: () => {} },
  );
  const parts = changes?.parts ?? [];
  const pull = async (which: readonly string[]) => {
    await changes?.run({ parts: which, isFirst: false, ended: () => {} });
    return completed;
  };
  expect(await pull(parts)).toBe(0);
  activity.complete = true;
  expect(await pull(parts)).toBe(1);
  expect(await pull(parts.slice(1))).toBe(1);
  sandbox.faults.add({ endpoint: 'POST /audit-logs/search', kind: '401', times: 1 });
  expect(await pull(parts)).toBe(1);
  expect(await pull(parts)).toBe(2);
});

describe('the lists of one tick', () => {
  /** Starts the lists; `waits` are theirs, in order, which end when the test says so. */
  async function ticking({ session }: Mirrored, listSchedule: string) {
    const waits: { readonly ms: number; readonly end: () => void }[] = [];
    const passes = plannedPasses(
      session.ctx,
      {
        ...{ resources, windowDays: 30, overlapSeconds: 300, activity: { complete: true } },
        ...{ schedule: NEVER, listSchedule, reconcileSchedule: NEVER },
        wait: (ms) => new Promise((end) => void waits.push({ ms, end })),
      },
      session.puller,
      { failed: () => {}, recovered: () => {} },
    );
    const lists = passes.find(({ name }) => name === 'lists');
    const { parts = [] } = lists ?? {};
    const ended: string[] = [];
    const done = lists?.run({ parts, isFirst: true, ended: (name) => void ended.push(name) });
    await expect.poll(() => waits.length).toBe(4);
    return { waits, ended, done };
  }

  test('begin over half a minute, each resource at the same moment every time, with what is listed by its rows', async ({
    mirror,
  }) => {
    const mirrored = await mirror({}, { resources });
    for (let tick = 0; tick < 2; tick += 1) {
      const from = mirrored.sandbox.requests.length;
      const asked = () => new Set(mirrored.sandbox.requests.slice(from).map(({ endpoint }) => endpoint)).size;
      const { waits, ended, done } = await ticking(mirrored, NEVER);
      expect(waits.map(({ ms }) => ms)).toEqual([3_750, 11_250, 18_750, 26_250]);
      expect(asked()).toBe(0);
      const read: string[] = [];
      for (const { end } of waits) {
        end();
        await expect.poll(() => ended.length > read.length && ended.length >= asked()).toBe(true);
        if (ended.length === 4) await expect.poll(() => ended.length).toBe(5);
        read.push(...ended.slice(read.length).sort());
      }
      await done;
      expect(read).toEqual(['users', 'tags', 'macros', 'articles', 'knowledge_bases']);
    }
  });

  test('have begun long before the next', async ({ mirror }) => {
    const { waits, done } = await ticking(await mirror({}, { resources }), '* * * * * *');
    expect(Math.max(...waits.map(({ ms }) => ms))).toBeLessThanOrEqual(250);
    for (const { end } of waits) end();
    await done;
  });
});

describe('while one endpoint is paused for long', () => {
  const paused = async (
    mirror: (...args: never[]) => Promise<Mirrored>,
    each: 'changes' | 'lists' | 'reconcile',
    endpoint: string,
  ) => {
    const stop = new AbortController();
    const mirrored = await (mirror as unknown as (a: object, b: object) => Promise<Mirrored>)(
      {},
      { resources, signal: stop.signal },
    );
    mirrored.sandbox.faults.add({ endpoint, kind: '429', times: 100, retryAfter: 500 });
    run(mirrored, stop, each);
    // Whatever comes now comes with a later tick than the one that waits.
    await expect
      .poll(() => mirrored.session.ctx.pylon.uses().some(({ pausedUntil }) => pausedUntil > 0))
      .toBe(true);
    return mirrored;
  };
  const value = async ({ session }: Mirrored, query: string) =>
    Object.values((await session.ctx.db.orm.execute(query)).rows[0] ?? {})[0];

  test('changes of other resources arrive', async ({ mirror }) => {
    const mirrored = await paused(mirror, 'changes', 'POST /audit-logs/search');
    for (const title of ['One', 'Two']) {
      mirrored.pass(60);
      const [issue] = mirrored.sandbox.world.all('issues');
      mirrored.sandbox.world.patch('issues', String(issue?.object.id), { title });
      await expect
        .poll(() => value(mirrored, `SELECT title FROM pylon.issues WHERE id = '${issue?.object.id}'`))
        .toBe(title);
    }
    const running =
      "SELECT count(*)::integer FROM pylon_sync.runs WHERE outcome = 'running' AND resource = 'audit_logs'";
    expect(await value(mirrored, running)).toBe(1);
  });

  test.for(['lists', 'reconcile'] as const)('%s of other resources go on', async (each, { mirror }) => {
    const mirrored = await paused(mirror, each, 'GET /macros');
    for (const name of ['Ada', 'Bob']) {
      const [user] = mirrored.sandbox.world.all('users');
      mirrored.sandbox.world.patch('users', String(user?.object.id), { name });
      await expect
        .poll(() => value(mirrored, `SELECT name FROM pylon.users WHERE id = '${user?.object.id}'`))
        .toBe(name);
    }
    const running =
      "SELECT count(*)::integer FROM pylon_sync.runs WHERE outcome = 'running' AND resource = 'macros'";
    expect(await value(mirrored, running)).toBe(1);
  });

  test('what is listed by its rows is read all the same, after a while', async ({ mirror }) => {
    const stop = new AbortController();
    const { session, sandbox } = await mirror({}, { resources, signal: stop.signal });
    sandbox.faults.add({ endpoint: 'GET /knowledge-bases', kind: '429', times: 100, retryAfter: 500 });
    const [article] = sandbox.world.all('articles');
    sandbox.world.patch('articles', String(article?.object.id), { title: 'Renamed' });
    const ended: string[] = [];
    const reading = fullSync(session.ctx, {
      ...{ kind: 'lists', finished: 'again', windowDays: 30, overlapSeconds: 300 },
      resources: ['knowledge_bases', 'articles'].map(resourceNamed),
      onEnded: (name) => ended.push(name),
      parentSilentMs: 100,
    }).catch(() => {});
    await expect.poll(() => ended).toEqual(['articles']);
    const { rows } = await session.ctx.db.orm.execute("SELECT FROM pylon.articles WHERE title = 'Renamed'");
    expect(rows).toHaveLength(1);
    stop.abort(new Error('the test is over'));
    await reading;
  });
});
