import { expect } from 'vitest';
import { documentedLimits } from '../../src/pylon/limits/limits.ts';
import { resourceNamed } from '../../src/resources/index.ts';
import { NOW, test } from '../helpers/backfill-workspace.ts';

const iso = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

test('a server that answers in the shapes of the community document is mirrored too', async ({
  database,
  open,
}) => {
  const { backfill } = await open({ issues: 60, shape: 'community' });
  const results = await backfill();
  expect([...results.values()].filter(({ state }) => state === 'failed')).toEqual([]);
  const count = async (query: string) => (await database.pool.query(query)).rows[0]?.count;
  expect(await count('SELECT count(*)::int FROM pylon.accounts WHERE name IS NOT NULL')).toBeGreaterThan(0);
  expect(await count('SELECT count(*)::int FROM pylon.knowledge_bases WHERE title IS NULL')).toBe(0);
  expect(await count('SELECT count(*)::int FROM pylon.issues WHERE account_id IS NOT NULL')).toBeGreaterThan(
    0,
  );
  expect(
    await count("SELECT count(*)::int FROM pylon.accounts WHERE jsonb_typeof(external_ids->0) = 'string'"),
  ).toBe(0);
});

test('no request of ours is refused for coming too soon, and none is wasted', async ({ open }) => {
  const { sandbox, backfill } = await open({ issues: 150, limits: 'current', minuteMs: 1_000 });
  const limits = documentedLimits('current', 1_000);
  const results = await backfill({ client: { limits } });
  expect([...results.values()].filter(({ state }) => state !== 'done')).toEqual([]);
  expect(sandbox.requests.filter(({ ownLimit }) => ownLimit)).toEqual([]);
  // One milestone that a task names does not exist.
  const refused = sandbox.requests.filter(({ status }) => status !== 200);
  expect(refused.map(({ endpoint, status }) => `${endpoint} ${status}`)).toEqual([
    'GET /milestones/{id} 404',
  ]);
});

test('a foreign 429 holds up that endpoint alone', async ({ open }) => {
  const { sandbox, backfill } = await open({ issues: 20 });
  sandbox.faults.add({ endpoint: 'GET /accounts', kind: '429', times: 1, retryAfter: 600 });
  sandbox.faults.add({ endpoint: 'GET /teams', kind: 'slow', times: 1, delayMs: 200 });
  const stop = new AbortController();
  const run = backfill({
    resources: ['accounts', 'teams'].map(resourceNamed),
    signal: stop.signal,
    onProgress: ({ resource, state }) => {
      if (resource === 'teams' && state === 'done') stop.abort(new Error('teams were read'));
    },
  });
  await expect(run).rejects.toThrow('teams were read');
  expect(sandbox.requests.filter(({ endpoint }) => endpoint === 'GET /accounts')).toMatchObject([
    { status: 429 },
  ]);
});

test('pages grow smaller when issues are heavy, and none is lost', async ({ database, open }) => {
  const { sandbox, backfill } = await open({ issues: 0, historyDays: 1 });
  const body = '<p>'.padEnd(300_000, 'heavy ');
  for (let index = 0; index < 120; index += 1) {
    const created_at = iso(NOW - (index + 1) * 60_000);
    await sandbox.world.put('issues', {
      id: `h-${index}`,
      body_html: body,
      created_at,
      updated_at: created_at,
    });
  }
  const results = await backfill({ resources: [resourceNamed('issues')] });
  expect(results.get('issues')).toMatchObject({ state: 'done', inserted: 120 });
  const { rows } = await database.pool.query(
    'SELECT count(*)::int AS whole FROM pylon.issues WHERE length(body_html) = 300000',
  );
  expect(rows).toEqual([{ whole: 120 }]);
  const limits = sandbox.requests
    .filter(({ endpoint }) => endpoint === 'GET /issues')
    .map(({ query }) => Number(query.limit));
  expect(limits[0]).toBe(2000);
  expect(Math.min(...limits)).toBeLessThan(100);
});
