import { describe, expect } from 'vitest';
import { resourceNamed } from '../../src/resources/index.ts';
import type { Sandbox } from '../../src/sandbox/start.ts';
import { expectMirror } from '../helpers/compare-mirror.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { test } from '../helpers/session.ts';
import { shrinkWorkspace } from '../helpers/shrink-workspace.ts';

const FEW = { issues: 6, historyDays: 50 };

const scansOf = async ({ pool }: TestDatabase, where = 'true') =>
  (await pool.query(`SELECT resource, kind, state FROM pylon_sync.scans WHERE ${where} ORDER BY id`)).rows;

describe('when passes have ended', () => {
  test('no scan is left open, and nothing of what scans have seen', async ({ mirror, database }) => {
    const { session, sandbox } = await mirror(FEW, { prepare: shrinkWorkspace });
    // Not for this token.
    sandbox.faults.add({ endpoint: 'GET /macros', kind: '403', times: 3 });
    await session.lists();
    await session.lists();
    await session.reconcile();
    expect(await scansOf(database, "state <> 'applied' AND resource <> 'macros'")).toEqual([]);
    const macros = await scansOf(database, "resource = 'macros'");
    expect(macros.map(({ state }) => state)).toEqual(['abandoned', 'abandoned', 'abandoned']);
    expect((await database.pool.query('SELECT FROM pylon_sync.scan_seen')).rowCount).toBe(0);
  });

  test('the live rows are counted only where one was not seen', async ({ mirror, database }) => {
    const { session, sandbox } = await mirror(FEW, { prepare: shrinkWorkspace });
    await session.lists(['tags']);
    const [first = '', ...others] = idsOf(sandbox, 'tags');
    sandbox.world.remove('tags', first);
    await session.lists(['tags']);
    const { rows } = await database.pool.query(
      "SELECT live::integer, candidates::integer, deleted::integer FROM pylon_sync.scans WHERE resource = 'tags' ORDER BY id",
    );
    expect(rows).toEqual([
      { live: null, candidates: 0, deleted: 0 },
      { live: others.length + 1, candidates: 1, deleted: 1 },
    ]);
  });

  test('one whose pass was killed before its first page is closed by the next', async ({
    mirror,
    database,
  }) => {
    const { session, sandbox } = await mirror(FEW, { prepare: shrinkWorkspace });
    sandbox.faults.add({ endpoint: 'GET /tags', kind: '500', times: 3 });
    await session.lists(['tags']);
    expect(await scansOf(database)).toMatchObject([{ state: 'listing' }]);
    await session.lists(['tags']);
    expect((await scansOf(database)).map(({ state }) => state)).toEqual(['abandoned', 'applied']);
  });
});

/** Answers requests for one path with a status. */
const refusing =
  (path: () => string, status: number): typeof fetch =>
  async (input, init) => {
    if (new URL(String(input)).pathname !== path()) return fetch(input, init);
    return Response.json({ errors: ['no'], request_id: 'r' }, { status });
  };

const idsOf = ({ world }: Sandbox, resource: string) =>
  [...world.all(resource)].map(({ object }) => String(object.id));

describe('one record that makes trouble does not keep the rest', () => {
  test.for([400, 403, 500])(
    'where Pylon answers %i for a candidate',
    async (status, { mirror, database }) => {
      let path = '';
      const mirrored = await mirror(FEW, {
        prepare: shrinkWorkspace,
        resources: [resourceNamed('contacts')],
        client: { fetch: refusing(() => path, status) },
      });
      const { session, sandbox } = mirrored;
      const [bad, gone, other] = idsOf(sandbox, 'contacts');
      path = `/contacts/${bad}`;
      sandbox.world.remove('contacts', bad ?? '');
      sandbox.world.remove('contacts', gone ?? '');
      expect((await session.lists()).get('contacts')).toMatchObject({
        state: 'failed',
        deleted: 1,
        error: expect.stringContaining(
          `contacts that seem gone were not settled: ${bad}: GET /contacts/{id}`,
        ),
      });
      // The list goes on being read.
      sandbox.world.patch('contacts', other ?? '', { name: 'Renamed' });
      expect((await session.lists()).get('contacts')).toMatchObject({ state: 'failed', updated: 1 });
      path = '';
      expect((await session.lists()).get('contacts')).toMatchObject({ state: 'done', deleted: 1 });
      await expectMirror(database.pool, sandbox, ['contacts']);
    },
  );

  test('where a person holds its row for long', async ({ mirror, database, locks }) => {
    const { session, sandbox } = await mirror(FEW, {
      prepare: shrinkWorkspace,
      resources: [resourceNamed('contacts')],
      lockedPauses: [0, 10, 20],
    });
    const [held = '', other = '', gone = ''] = idsOf(sandbox, 'contacts');
    const lock = await locks.row('pylon.contacts', held);
    sandbox.world.patch('contacts', held, { name: 'Held' });
    expect((await session.lists()).get('contacts')).toMatchObject({
      state: 'failed',
      error: `1 rows could not be brought up to date: ${held} (locked by another transaction)`,
    });
    sandbox.world.patch('contacts', other, { name: 'Not held' });
    sandbox.world.remove('contacts', gone);
    expect((await session.lists()).get('contacts')).toMatchObject({
      state: 'failed',
      updated: 1,
      deleted: 1,
    });
    await lock.release();
    while ((await session.drain()) > 0);
    await session.lists();
    await expectMirror(database.pool, sandbox, ['contacts']);
  });

  test('where Pylon refuses the messages of one issue', async ({ mirror, database }) => {
    let path = '';
    const { session, sandbox, pass } = await mirror(FEW, {
      prepare: shrinkWorkspace,
      client: { fetch: refusing(() => path, 403) },
    });
    await session.pull();
    pass(60);
    const issues = idsOf(sandbox, 'issues').filter((id) => id !== 'undefined');
    path = `/issues/${issues[0]}/messages`;
    for (const id of issues) sandbox.world.addMessage(id);
    const results = await session.pull();
    expect(results.find(({ resource }) => resource === 'issue_messages')).toMatchObject({
      state: 'failed',
      inserted: issues.length - 1,
      error: expect.stringContaining('1 records failed, first: GET /issues/{id}/messages: 403'),
    });
    path = '';
    await session.pull();
    await expectMirror(database.pool, sandbox, ['issue_messages']);
  });

  test('where Pylon fails to answer for one that is to be read again', async ({ mirror, database }) => {
    let path = '';
    const { session, sandbox } = await mirror(FEW, {
      prepare: shrinkWorkspace,
      client: { fetch: refusing(() => path, 500) },
    });
    const [bad = '', ...rest] = idsOf(sandbox, 'contacts');
    path = `/contacts/${bad}`;
    for (const id of [bad, ...rest]) {
      sandbox.world.patch('contacts', id, { name: `Renamed ${id}` });
      await session.hint('contacts', id);
    }
    await session.drain();
    const { rows } = await database.pool.query('SELECT record_id FROM pylon_sync.rereads');
    expect(rows).toEqual([{ record_id: bad }]);
  });
});

/** Many candidates settled one by one are stopped where Pylon answers for none: it is down, or refuses the request. */
test('a scan whose candidates cannot be asked for is gone on with, and not made again', async ({
  mirror,
  database,
}) => {
  const { session, sandbox } = await mirror({ issues: 200 }, { resources: [resourceNamed('contacts')] });
  for (const id of idsOf(sandbox, 'contacts').slice(0, 20)) sandbox.world.remove('contacts', id);
  sandbox.faults.add({ endpoint: 'GET /contacts/{id}', kind: '500', skip: 1, times: 60 });
  expect((await session.lists()).get('contacts')).toMatchObject({ state: 'failed' });
  expect(await scansOf(database)).toMatchObject([{ state: 'judging' }]);
  sandbox.faults.clear();
  const before = sandbox.requests.length;
  expect((await session.lists()).get('contacts')).toMatchObject({ state: 'done' });
  // No more is listed than it takes to see that one record is answered for.
  const listed = sandbox.requests.slice(before).filter(({ endpoint }) => endpoint === 'GET /contacts');
  expect(listed.map(({ query }) => query)).toEqual([{ limit: '3' }]);
  await expectMirror(database.pool, sandbox, ['contacts']);
});

test('every deletion is counted, however many are marked side by side', async ({ mirror, database }) => {
  const { session, sandbox, pass } = await mirror(
    { issues: 30, historyDays: 50 },
    { prepare: shrinkWorkspace },
  );
  await session.pull();
  pass(60);
  const messages = [...sandbox.world.all('issue_messages')];
  const last = new Map(messages.map(({ object, path }) => [path.issue_id ?? '', String(object.id)]));
  for (const [issue, message] of last) {
    sandbox.world.remove('issue_messages', message);
    sandbox.world.addMessage(issue);
  }
  const results = await session.pull();
  const { rows } = await database.pool.query('SELECT count(*)::int AS marked FROM pylon_sync.tombstones');
  expect(rows).toEqual([{ marked: last.size }]);
  expect(results.find(({ resource }) => resource === 'issue_messages')).toMatchObject({ deleted: last.size });
});
