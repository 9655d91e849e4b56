import type pg from 'pg';
import { describe, expect } from 'vitest';
import { resourceNamed } from '../../src/resources/index.ts';
import { test } from '../helpers/backfill-workspace.ts';
import { expectMirror, servedIn } from '../helpers/compare-mirror.ts';
import { countingRoundTrips } from '../helpers/round-trips.ts';
import { type Mirrored, test as sessionTest } from '../helpers/session.ts';
import { statementsOf } from '../helpers/statements.ts';

const CHILDREN = ['issue_messages', 'issue_followers', 'issue_threads'];
const LISTED = ['issues', ...CHILDREN].map(resourceNamed);

/** Round trips of the passes themselves: looks for due parents, counts, runs, and the pages of issues. */
const OF_THE_PASSES = 120;

test('listings of children ask Postgres at most four times a request', async ({ open }) => {
  const { backfill } = await open({ issues: 60, historyDays: 30 });
  const { result, asked } = await countingRoundTrips(() => backfill({ resources: LISTED }));
  const requests = CHILDREN.reduce((sum, name) => sum + (result.get(name)?.requests ?? 0), 0);
  expect(requests).toBeGreaterThanOrEqual(180);
  expect(asked.roundTrips).toBeLessThanOrEqual(4 * requests + OF_THE_PASSES);
});

test('a listing whose transaction cannot commit does not stop those stored with it', async ({
  database,
  open,
}) => {
  const { sandbox, backfill } = await open({ issues: 20, historyDays: 30 });
  const [message = ''] = [...sandbox.world.all('issue_messages')].map(({ object }) => String(object.id));
  await database.pool.query(`
    CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      RAISE EXCEPTION 'not this one'; END $$;
    CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON pylon.issue_messages DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW WHEN (NEW.id = '${message}') EXECUTE FUNCTION public.refuse()`);
  const results = await backfill({ resources: LISTED });
  expect(results.get('issue_messages')).toMatchObject({
    state: 'failed',
    error: expect.stringContaining('not this one'),
  });
  const { rows } = await database.pool.query(
    `SELECT id FROM pylon.issues
      WHERE NOT EXISTS (SELECT FROM pylon_sync.reads
                         WHERE resource = 'issue_messages' AND record_id = issues.id)`,
  );
  expect(rows).toHaveLength(1);
  await database.pool.query('DROP TRIGGER refuse ON pylon.issue_messages');
  await backfill({ resources: LISTED });
  await expectMirror(
    database.pool,
    sandbox,
    LISTED.map(({ name }) => name),
  );
});

test('all parents are counted again once half of them are read, not with each batch of them', async ({
  open,
}) => {
  const { backfill } = await open({ issues: 900, historyDays: 30 });
  await backfill({ resources: [resourceNamed('issues')] });
  let read = 0;
  const counts = await statementsOf('count(*)::float8 AS due', async () => {
    const results = await backfill({ resources: [resourceNamed('issue_followers')] });
    read = results.get('issue_followers')?.requests ?? 0;
  });
  expect(read).toBe(900);
  // Of 900, of 300 and of 100, in batches of 200.
  expect(counts).toHaveLength(3);
});

describe('a refused listing of messages', () => {
  const MESSAGES = ['issues', 'issue_messages'].map(resourceNamed);
  const ENDPOINT = 'GET /issues/{id}/messages';
  const asked = ({ sandbox }: Mirrored) =>
    sandbox.requests.filter(({ endpoint }) => endpoint === ENDPOINT).length;
  const ids = async ({ pool }: { readonly pool: pg.Pool }) =>
    (await pool.query('SELECT id FROM pylon.issue_messages WHERE _deleted_at IS NULL')).rows.map(
      ({ id }) => id,
    );
  /** A message is added to an issue, whose listing is then refused so many times. */
  const refused = async (mirrored: Mirrored, kind: '400' | '404', times: number) => {
    const { sandbox, session } = mirrored;
    await session.pull();
    mirrored.pass(60);
    const [id = ''] = servedIn(sandbox, 'issues').keys();
    sandbox.world.addMessage(id, { id: 'one-more' });
    (sandbox.requests as unknown[]).length = 0;
    sandbox.faults.add({ endpoint: ENDPOINT, kind, times });
    await session.pull();
    while ((await session.drain()) > 0);
  };

  sessionTest.for(['400', '404'] as const)(
    'with %s, once, is requested again where its issue exists',
    async (kind, { mirror, database }) => {
      const mirrored = await mirror({ issues: 10 }, { resources: MESSAGES });
      await refused(mirrored, kind, 1);
      expect(await ids(database)).toContain('one-more');
    },
  );

  sessionTest('again and again is left until the reconciliation', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 10 }, { resources: MESSAGES });
    const { session, sandbox } = mirrored;
    await refused(mirrored, '400', 4);
    await session.pull();
    expect(asked(mirrored)).toBe(2);
    await session.reconcile();
    while ((await session.drain()) > 0);
    expect(asked(mirrored)).toBe(4);
    expect(await ids(database)).not.toContain('one-more');
    await session.reconcile();
    expect(await ids(database)).toContain('one-more');
    await expectMirror(database.pool, sandbox, ['issue_messages']);
  });

  test('on a later page begins again, once', async ({ open, database }) => {
    const { sandbox, backfill } = await open({ issues: 5 });
    const messages = resourceNamed('issue_messages');
    const short = { ...messages, pull: { ...messages.pull, limit: 2 } as typeof messages.pull };
    let refusals = 0;
    const refusing: typeof fetch = async (input, init) => {
      if (refusals > 0 || !/messages\?.*cursor=/.test(String(input))) return fetch(input, init);
      refusals += 1;
      return Response.json({ errors: ['invalid cursor'] }, { status: 400 });
    };
    await backfill({ resources: [resourceNamed('issues'), short], client: { fetch: refusing } });
    expect(refusals).toBe(1);
    await expectMirror(database.pool, sandbox, ['issue_messages']);
    const { rows } = await database.pool.query("SELECT FROM pylon_sync.reads WHERE outcome = 'gone'");
    expect(rows).toEqual([]);
  });
});
