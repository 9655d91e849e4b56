import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { resourceNamed, resources } from '../../src/resources/index.ts';
import { NOW, test } from '../helpers/backfill-workspace.ts';
import { expectMirror } from '../helpers/compare-mirror.ts';
import { MORE_THAN_A_PAGE } from '../helpers/sandbox.ts';

/** One resource for each way of listing, and the children of issues: for tests that prove nothing of all resources. */
const SOME = [
  'users',
  'accounts',
  'issues',
  'issue_messages',
  'issue_threads',
  'projects',
  'contacts',
  'macros',
];
const some = SOME.map(resourceNamed);

const DAY = 86_400_000;
const iso = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

describe('a backfill', () => {
  test('makes every row of every resource equal to what Pylon serves, field by field', async ({
    database,
    open,
  }) => {
    const { sandbox, backfill } = await open({ issues: 120, mostMessages: MORE_THAN_A_PAGE });
    const results = await backfill();
    for (const progress of results.values()) {
      expect(progress, progress.resource).toMatchObject({ state: 'done', covered: 1 });
      expect(progress.inserted, progress.resource).toBeGreaterThan(0);
    }
    await expectMirror(database.pool, sandbox);
  });

  test('writes no row the second time, and reads no message again', async ({ database, open }) => {
    const { sandbox, backfill } = await open();
    await backfill();
    const state = () =>
      Promise.all(
        resources.map(async ({ name }) => {
          const { rows } = await database.pool.query(
            `SELECT count(*)::int AS rows, max(xmin::text::bigint)::text AS newest, max(ctid)::text AS place FROM pylon.${name}`,
          );
          return [name, rows[0]];
        }),
      );
    const before = await state();
    const asked = sandbox.requests.length;
    const second = await backfill();
    expect(await state()).toEqual(before);
    for (const progress of second.values()) {
      expect(progress, progress.resource).toMatchObject({ state: 'done', inserted: 0, updated: 0 });
    }
    const again = sandbox.requests.slice(asked).map(({ endpoint }) => endpoint);
    expect(
      again.filter((endpoint) => /issues\/\{\w+\}\/(messages|threads|followers)/.test(endpoint)),
    ).toEqual([]);
  });

  test('asks for no more than the plan: windows, one search for each gap, pages', async ({ open }) => {
    const { sandbox, backfill } = await open({ issues: 0, historyDays: 1 });
    // Two windows with issues, three empty years between them.
    for (let index = 0; index < 5; index += 1) {
      await sandbox.world.put('issues', {
        id: `new-${index}`,
        created_at: iso(NOW - DAY),
        updated_at: iso(NOW - DAY),
      });
      await sandbox.world.put('issues', {
        id: `old-${index}`,
        created_at: iso(NOW - 1100 * DAY),
        updated_at: iso(NOW - 1100 * DAY),
      });
    }
    await backfill({ resources: [resourceNamed('issues')] });
    const endpoints = sandbox.requests.map(({ endpoint }) => endpoint);
    const count = (name: string) => endpoints.filter((endpoint) => endpoint === name).length;
    // One page a window; a search below each, and the closing one above the newest.
    expect(count('GET /issues')).toBe(2);
    expect(count('POST /issues/search')).toBe(3);
    expect(sandbox.requests.filter(({ status }) => status !== 200)).toEqual([]);
  });

  test('loses nothing at the edges of two hundred windows with gaps between them', async ({
    database,
    open,
  }) => {
    const { sandbox, backfill } = await open({ issues: 0, historyDays: 1 });
    const anchor = NOW + 1000;
    const expected: string[] = [];
    for (let window = 1; window <= 200; window += 1) {
      if (window % 7 < 2) continue;
      for (const [name, offset] of [
        ['at', 0],
        ['before', -1000],
        ['after', 1000],
      ] as const) {
        const created = iso(anchor - window * 7 * DAY + offset);
        expected.push(`${name}-${window}`);
        await sandbox.world.put('issues', {
          id: `${name}-${window}`,
          created_at: created,
          updated_at: created,
        });
      }
    }
    await backfill({ resources: [resourceNamed('issues')], options: { windowDays: 7 } });
    const { rows } = await database.pool.query('SELECT id FROM pylon.issues');
    expect(rows.map(({ id }) => id).sort()).toEqual(expected.sort());
    const windows = sandbox.requests.filter(({ endpoint }) => endpoint === 'GET /issues');
    for (const { query } of windows) {
      expect(Date.parse(String(query.end_time)) - Date.parse(String(query.start_time))).toBeLessThanOrEqual(
        7 * DAY,
      );
      expect((anchor - Date.parse(String(query.end_time))) % (7 * DAY)).toBe(0);
    }
  });

  test('reads only what was created between --since and --until', async ({ database, open }) => {
    const { sandbox, backfill } = await open({ issues: 0, historyDays: 1 });
    for (const days of [1, 40, 41, 80, 120]) {
      const created = iso(NOW - days * DAY);
      await sandbox.world.put('issues', { id: `d${days}`, created_at: created, updated_at: created });
    }
    const options = { range: { since: iso(NOW - 80 * DAY), until: iso(NOW - 40 * DAY) } };
    await backfill({ resources: [resourceNamed('issues')], options });
    const { rows } = await database.pool.query('SELECT id FROM pylon.issues ORDER BY id');
    expect(rows.map(({ id }) => id)).toEqual(['d41', 'd80']);
  });

  test('asks for no window when all of them would lie in the future', async ({ open }) => {
    const { sandbox, backfill } = await open({ issues: 5 });
    const options = { range: { since: iso(NOW + 30 * DAY) } };
    const results = await backfill({ resources: [resourceNamed('issues')], options });
    expect(results.get('issues')).toMatchObject({ state: 'done' });
    expect(sandbox.requests.filter(({ endpoint }) => endpoint === 'GET /issues')).toEqual([]);
  });

  test('stores what was created while it ran, and what bears a date in the future', async ({
    database,
    open,
  }) => {
    const { sandbox, backfill } = await open({ issues: 3 });
    await sandbox.world.put('issues', { id: 'tomorrow', created_at: iso(NOW + DAY), updated_at: iso(NOW) });
    await sandbox.world.put('issues', { id: 'now', created_at: iso(NOW), updated_at: iso(NOW) });
    await backfill({ resources: [resourceNamed('issues')] });
    const { rows } = await database.pool.query(
      "SELECT id FROM pylon.issues WHERE id IN ('now', 'tomorrow') ORDER BY id",
    );
    expect(rows.map(({ id }) => id)).toEqual(['now', 'tomorrow']);
  });
});

describe('what one resource meets', () => {
  test('a 403 makes it unavailable and nothing else', async ({ database, open }) => {
    const { sandbox, backfill } = await open();
    sandbox.faults.add({ endpoint: 'GET /audit-logs', kind: '403', times: 1000 });
    sandbox.faults.add({ endpoint: 'GET /macros', kind: '404', times: 1000 });
    const results = await backfill();
    const state = (name: string) => results.get(name)?.state;
    expect([state('audit_logs'), state('macros')]).toEqual(['unavailable', 'unavailable']);
    expect([...results.values()].filter((progress) => progress.state !== 'done')).toHaveLength(2);
    const { rows } = await database.pool.query(
      "SELECT outcome, error FROM pylon_sync.runs WHERE resource = 'audit_logs'",
    );
    expect(rows).toEqual([
      { outcome: 'unavailable', error: expect.stringContaining('GET /audit-logs: 403') },
    ]);
  });

  test('does not keep the others from being refreshed by the next run', async ({ open }) => {
    const { sandbox, backfill } = await open({ issues: 5 });
    sandbox.faults.add({ endpoint: 'GET /macros', kind: '403', times: 1000 });
    await backfill({ resources: some });
    const [account] = [...sandbox.world.all('accounts')].map(({ object }) => String(object.id));
    await sandbox.world.patch('accounts', String(account), { name: 'Renamed' });
    const results = await backfill({ resources: some });
    expect(results.get('accounts')).toMatchObject({ state: 'done', updated: 1 });
    expect(results.get('macros')).toMatchObject({ state: 'unavailable' });
  });

  test('a page that keeps failing fails that resource alone, and the next run mends it', async ({
    database,
    open,
  }) => {
    const { sandbox, backfill } = await open();
    sandbox.faults.add({ endpoint: 'GET /accounts', kind: '500', times: 4 });
    const first = await backfill();
    expect(first.get('accounts')).toMatchObject({
      state: 'failed',
      error: expect.stringContaining('GET /accounts: gave up'),
    });
    // What is listed by accounts may be missing some.
    expect(
      [...first.values()].filter(({ state }) => state === 'failed').map(({ resource }) => resource),
    ).toEqual(['accounts', 'account_relationships']);
    const asked = sandbox.requests.length;
    const second = await backfill();
    expect(second.get('accounts')).toMatchObject({ state: 'done' });
    // What had been finished is not read again.
    expect(new Set(sandbox.requests.slice(asked).map(({ endpoint }) => endpoint))).toEqual(
      new Set(['GET /me', 'GET /accounts', 'GET /accounts/{id}/relationships']),
    );
    await expectMirror(database.pool, sandbox);
  });

  test.for([403, 404])(
    'a page instead of Pylon’s answer (%i) makes nothing unavailable',
    async (status, { open }) => {
      const { sandbox, backfill } = await open({ issues: 5 });
      sandbox.faults.add({ endpoint: 'GET /macros', kind: 'html', status, times: 100 });
      const first = await backfill({ resources: [resourceNamed('macros')] });
      expect(first.get('macros')).toMatchObject({
        state: 'failed',
        error: expect.stringContaining(`${status} the answer is not JSON (text/html`),
      });
      sandbox.faults.clear();
      const second = await backfill({ resources: [resourceNamed('macros')] });
      expect(second.get('macros')).toMatchObject({ state: 'done' });
    },
  );

  test.for(['500', 'reset', 'truncate', 'html', 'no-data', '429'] as const)(
    '%s now and then on every endpoint changes nothing in the end',
    async (kind, { database, open }) => {
      const { sandbox, backfill } = await open({ issues: 30 });
      for (const endpoint of [
        'GET /issues',
        'GET /accounts',
        'GET /issues/{id}/messages',
        'POST /projects/search',
        'GET /users',
      ]) {
        sandbox.faults.add({ endpoint, kind, times: 2, retryAfter: 0 });
      }
      const results = await backfill({ resources: some });
      expect([...results.values()].filter(({ state }) => state !== 'done')).toEqual([]);
      await expectMirror(database.pool, sandbox, SOME);
    },
  );

  test('a cursor that repeats stops that resource with an error', async ({ open }) => {
    const { sandbox, backfill } = await open({ issues: 30 });
    for (let index = 0; index < 1500; index += 1)
      await sandbox.world.put('contacts', { id: `c-${index}`, name: `C ${index}` });
    sandbox.faults.add({ endpoint: 'GET /contacts', kind: 'repeat-cursor', skip: 1, times: 100 });
    const results = await backfill({ resources: some });
    expect(results.get('contacts')).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/came back/),
    });
    expect([...results.values()].filter(({ state }) => state === 'failed')).toHaveLength(1);
  });

  test('an endpoint that does not exist is unavailable, though its answer is that of a record that is gone', async ({
    database,
    open,
  }) => {
    const { sandbox, backfill } = await open({ issues: 12 });
    sandbox.faults.add({ endpoint: 'GET /issues/{id}/threads', kind: '404', times: 1000 });
    const results = await backfill({ resources: some });
    expect(results.get('issue_threads')).toMatchObject({ state: 'unavailable' });
    expect(results.get('issue_messages')).toMatchObject({ state: 'done' });
    sandbox.faults.clear();
    expect((await backfill({ resources: some })).get('issue_threads')).toMatchObject({ state: 'done' });
    await expectMirror(database.pool, sandbox, ['issue_threads']);
  });

  test('an issue that is gone when its messages are asked for is skipped', async ({ database, open }) => {
    const { sandbox, backfill } = await open({ issues: 12 });
    sandbox.faults.add({ endpoint: 'GET /issues/{id}/messages', kind: '404', times: 1 });
    const results = await backfill({ resources: some });
    expect(results.get('issue_messages')).toMatchObject({ state: 'done' });
    const { rows } = await database.pool.query(
      "SELECT count(*)::int AS gone FROM pylon_sync.reads WHERE outcome = 'gone' AND resource = 'issue_messages'",
    );
    expect(rows).toEqual([{ gone: 1 }]);
  });
});

test('messages are read again for issues whose latest message moved, and for no other', async ({
  database,
  open,
}) => {
  const { sandbox, backfill } = await open({ issues: 20 });
  await backfill({ resources: some });
  const [issue] = [...sandbox.world.all('issues')].map(({ object }) => String(object.id));
  await sandbox.world.addMessage(String(issue), { message_html: '<p>one more</p>' });
  const asked = sandbox.requests.length;
  await backfill({ resources: some });
  const again = sandbox.requests.slice(asked).filter(({ endpoint }) => endpoint.endsWith('/messages'));
  expect(again.map(({ path }) => path)).toEqual([`/issues/${issue}/messages`]);
  await expectMirror(database.pool, sandbox, ['issue_messages']);
});

test('a database that belongs to another workspace is refused, and both are named', async ({ open }) => {
  const first = await open({ issues: 1, seed: 1 });
  await first.backfill({ resources: [resourceNamed('tags')] });
  const second = await open({ issues: 1, seed: 2 });
  const [mine] = [...first.sandbox.world.all('organizations')];
  const [other] = [...second.sandbox.world.all('organizations')];
  await expect(second.backfill()).rejects.toThrow(
    new RegExp(`mirrors the workspace .*${mine?.object.id}.*the token belongs to .*${other?.object.id}`),
  );
});

test('a row that a person holds locked is brought up to date once it is free', async ({
  database,
  locks,
  open,
}) => {
  const { sandbox, backfill } = await open({ issues: 5 });
  await backfill({ resources: [resourceNamed('issues')] });
  const [id] = [...sandbox.world.all('issues')].map(({ object }) => String(object.id));
  await sandbox.world.patch('issues', String(id), { title: 'Changed meanwhile' });
  const lock = await locks.row('pylon.issues', `${id}`);
  setTimeout(() => void lock.release(), 400);
  const results = await backfill({ resources: [resourceNamed('issues')] });
  expect(results.get('issues')).toMatchObject({ state: 'done', updated: 1 });
  const { rows } = await database.pool.query('SELECT title FROM pylon.issues WHERE id = $1', [id]);
  expect(rows).toEqual([{ title: 'Changed meanwhile' }]);
  expect((await database.pool.query('SELECT 1 FROM pylon_sync.rereads')).rows).toEqual([]);
});

test('stopped after any number of steps and run again, it ends equal to Pylon', { timeout: 90_000 }, async ({
  database,
  open,
}) => {
  const { sandbox, backfill } = await open({ issues: 30, latencyMs: 1 });
  let stops = 0;
  await fc.assert(
    // Together about as many steps as there are.
    fc.asyncProperty(fc.integer({ min: 1, max: 40 }), async (stopAt) => {
      const stop = new AbortController();
      let steps = 0;
      const run = backfill({
        signal: stop.signal,
        onProgress: () => {
          steps += 1;
          if (steps === stopAt) stop.abort(new Error('stopped'));
        },
      });
      await run.catch((error: Error) => {
        expect(error.message).toBe('stopped');
        stops += 1;
      });
    }),
    { numRuns: 8 },
  );
  expect(stops).toBeGreaterThan(1);
  const results = await backfill();
  expect([...results.values()].filter(({ state }) => state !== 'done')).toEqual([]);
  await expectMirror(database.pool, sandbox);
});
