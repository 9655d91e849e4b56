import { describe, expect } from 'vitest';
import { resourceNamed, resources } from '../../src/resources/index.ts';
import { approve } from '../../src/sync/runs/approve.ts';
import { NOW } from '../helpers/backfill-workspace.ts';
import { expectMirror } from '../helpers/compare-mirror.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { type Mirrored, test } from '../helpers/session.ts';

const iso = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

const idsOf = ({ sandbox }: Mirrored, resource: string): string[] =>
  [...sandbox.world.all(resource)].flatMap(({ object }) =>
    typeof object.id === 'string' ? [object.id] : [],
  );
const tombstones = async ({ pool }: TestDatabase, resource: string) =>
  (
    await pool.query(
      'SELECT record_id, scan_id, evidence, restored_at FROM pylon_sync.tombstones WHERE resource = $1 ORDER BY id',
      [resource],
    )
  ).rows;
const scansOf = async ({ pool }: TestDatabase) =>
  (await pool.query('SELECT * FROM pylon_sync.scans ORDER BY id')).rows;
const live = async ({ pool }: TestDatabase, resource: string) =>
  (await pool.query(`SELECT count(*)::int AS live FROM pylon.${resource} WHERE _deleted_at IS NULL`)).rows[0]
    .live;

describe('what is gone from Pylon', () => {
  test('is marked, with its evidence, in every resource that is listed, and nothing else is', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror();
    const { sandbox, session } = mirrored;
    const gone = ['users', 'tags', 'macro_groups', 'accounts', 'contacts', 'issues', 'tasks', 'projects'];
    const listed = [
      ...gone,
      'custom_fields',
      'issue_statuses',
      'user_roles',
      'articles',
      'milestones',
      'macros',
    ];
    for (const resource of listed) {
      const key =
        resource === 'issue_statuses'
          ? String([...sandbox.world.all(resource)].at(-1)?.object.slug)
          : (idsOf(mirrored, resource).at(-1) ?? '');
      sandbox.world.remove(resource, key);
    }
    await session.reconcile();
    await expectMirror(database.pool, sandbox);
    const [issue] = await tombstones(database, 'issues');
    expect(issue.scan_id).not.toBeNull();
    expect(issue.evidence).toMatchObject({
      absent_from: `scan ${issue.scan_id}`,
      confirmed_by: 'GET /issues/{id}',
      status: 404,
      code: 'not_found',
      request_id: expect.any(String),
    });
    // The API has no request for one role: a second listing missed it too.
    expect((await tombstones(database, 'user_roles'))[0].evidence).toMatchObject({
      confirmed_by: 'a second listing of /user-roles',
    });
    // Milestones are in no listing at all.
    expect((await tombstones(database, 'milestones'))[0].evidence).toMatchObject({ status: 404 });
  });

  test('takes along what hangs on it, and comes back with it', async ({ mirror, database }) => {
    const mirrored = await mirror();
    const { sandbox, session } = mirrored;
    await session.pull();
    const { rows } = await database.pool.query(
      'SELECT issue_id FROM pylon.issue_messages GROUP BY 1 HAVING count(*) > 1 LIMIT 1',
    );
    const id = rows[0].issue_id;
    const object = sandbox.world.get('issues', id) ?? {};
    const messages = [...sandbox.world.all('issue_messages')].filter(({ path }) => path.issue_id === id);
    // With all that hangs on it.
    sandbox.world.remove('issues', id);
    await session.reconcile(['issues']);
    await expectMirror(database.pool, sandbox);
    const lost = await tombstones(database, 'issue_messages');
    expect(lost.map(({ record_id }) => record_id).toSorted()).toEqual(
      messages.map(({ object: message }) => message.id).toSorted(),
    );
    expect(lost[0].evidence).toEqual({ parent: 'issues' });

    mirrored.pass(60);
    sandbox.world.put('issues', { ...object, updated_at: iso(NOW + 60_000) });
    for (const { object: message, path } of messages) sandbox.world.put('issue_messages', message, path);
    await session.pull();
    await expectMirror(database.pool, sandbox, ['issues', 'issue_messages'], { ticking: true });
    expect((await tombstones(database, 'issues'))[0].restored_at).not.toBeNull();
  });

  test('of an account merge comes out right: the loser gone, what it had moved', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 90 });
    const { sandbox, session } = mirrored;
    await session.pull();
    const { rows } = await database.pool.query(
      'SELECT account_id FROM pylon.issues WHERE account_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 3',
    );
    const [into, ...losers] = rows.map(({ account_id }) => account_id);
    sandbox.world.mergeAccounts(into, losers);
    // Nothing of what moved says so: only the list of accounts shows that two are gone.
    await session.pull();
    await session.lists();
    while ((await session.drain()) > 0);
    await expectMirror(database.pool, sandbox);
    expect((await tombstones(database, 'accounts')).map(({ record_id }) => record_id).toSorted()).toEqual(
      losers.toSorted(),
    );
    const { rows: left } = await database.pool.query(
      'SELECT count(*)::int AS left FROM pylon.issues WHERE account_id = ANY($1)',
      [losers],
    );
    expect(left).toEqual([{ left: 0 }]);
  });

  test('is found under a parent whose listing is read again: redacted, edited and deleted messages', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror();
    const { sandbox, session } = mirrored;
    await session.pull();
    const { rows } = await database.pool.query(
      'SELECT issue_id, array_agg(id ORDER BY id) AS ids FROM pylon.issue_messages GROUP BY 1 HAVING count(*) > 2 LIMIT 1',
    );
    const [{ issue_id, ids }] = rows;
    sandbox.world.redactMessage(ids[0]);
    sandbox.world.remove('issue_messages', ids[1]);
    mirrored.pass(60);
    sandbox.world.addMessage(issue_id);
    await session.pull();
    await expectMirror(database.pool, sandbox, ['issue_messages']);
    expect(await tombstones(database, 'issue_messages')).toMatchObject([
      { record_id: ids[1], evidence: { confirmed_by: 'a second listing of /issues/{id}/messages' } },
    ]);
  });
});

describe('what is not gone', () => {
  test('is left alone when a listing says less than there is: asked for by its id, it is there', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror();
    const { sandbox, session } = mirrored;
    // A record that no listing shows, as a cache might: it is still answered for.
    const client = { skip: idsOf(mirrored, 'contacts')[2] };
    const { pylon } = session.ctx;
    const request = pylon.request.bind(pylon);
    Object.assign(pylon, {});
    const hiding: typeof request = async (asked) => {
      const answer = await request(asked);
      if (asked.route !== '/contacts') return answer;
      const body = answer.body as { data: { id: string }[] };
      return { ...answer, body: { ...body, data: body.data.filter(({ id }) => id !== client.skip) } };
    };
    const view = (inner: typeof pylon): typeof pylon => ({
      ...inner,
      request: hiding,
      counted: () => view(inner),
      prioritised: () => view(inner),
    });
    Object.assign(session.ctx, { pylon: view(pylon) });
    const before = await live(database, 'contacts');
    await session.lists(['contacts']);
    expect(await live(database, 'contacts')).toBe(before);
    expect(await tombstones(database, 'contacts')).toEqual([]);
    expect(sandbox.requests.at(-1)?.endpoint).toBe('GET /contacts/{id}');
  });

  test('is left alone when every listing is empty: the request for one record says otherwise, or a person is asked', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 900 }, { resources: [resourceNamed('contacts')] });
    const { sandbox, session } = mirrored;
    const rows = await live(database, 'contacts');
    expect(rows).toBeGreaterThan(50);
    const contacts = [...sandbox.world.all('contacts')];
    for (const { object } of contacts) sandbox.world.remove('contacts', String(object.id));
    const from = sandbox.requests.length;
    await session.lists(['contacts']);
    expect(await live(database, 'contacts')).toBe(rows);
    expect(sandbox.requests.slice(from).map(({ endpoint }) => endpoint)).toEqual(['GET /contacts']);
    const stopped = (await scansOf(database)).filter(({ state }) => state === 'stopped');
    expect(stopped).toMatchObject([{ resource: 'contacts', candidates: String(rows), live: String(rows) }]);

    // A second scan leaves the number as it is; a person lets it through.
    await session.lists(['contacts']);
    const again = (await scansOf(database)).filter(({ state }) => state === 'stopped');
    expect(again.map(({ id }) => id)).toEqual(stopped.map(({ id }) => id));
    await expect(approve(session.ctx, 999_999)).rejects.toThrow(
      `no deletion scan of that number is stopped; stopped are ${stopped[0].id} (contacts)`,
    );
    expect(await approve(session.ctx, Number(stopped[0].id))).toMatchObject({ state: 'done', deleted: rows });
    expect(await live(database, 'contacts')).toBe(0);
  });

  test('takes a stopped scan back when the records are listed again', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 900 }, { resources: [resourceNamed('contacts')] });
    const { sandbox, session } = mirrored;
    const contacts = [...sandbox.world.all('contacts')];
    for (const { object } of contacts) sandbox.world.remove('contacts', String(object.id));
    await session.lists(['contacts']);
    for (const { object } of contacts) sandbox.world.put('contacts', object);
    await session.lists(['contacts']);
    expect((await scansOf(database)).map(({ state }) => state)).not.toContain('stopped');
    await expectMirror(database.pool, sandbox, ['contacts']);
  });

  test('is not judged by a scan that did not come to its end', async ({ mirror, database }) => {
    const mirrored = await mirror(
      {},
      { resources: [{ ...resourceNamed('contacts'), pull: { by: 'list', path: '/contacts', limit: 5 } }] },
    );
    const { sandbox, session } = mirrored;
    sandbox.faults.add({ endpoint: 'GET /contacts', kind: '500', skip: 2, times: 3 });
    const results = await session.lists();
    expect(results.get('contacts')).toMatchObject({ state: 'failed' });
    expect(await tombstones(database, 'contacts')).toEqual([]);
  });

  test('outside of PYLON_SYNC_SINCE is not judged', async ({ mirror, database }) => {
    const mirrored = await mirror();
    const since = iso(NOW - 100 * 86_400_000);
    await mirrored.session.close();
    const later = await mirrored.reopen({ since });
    const before = await live(database, 'issues');
    await later.reconcile(['issues']);
    expect(await live(database, 'issues')).toBe(before);
  });

  test('was created while the scan ran', async ({ mirror, database }) => {
    const mirrored = await mirror(
      {},
      { resources: [{ ...resourceNamed('contacts'), pull: { by: 'list', path: '/contacts', limit: 5 } }] },
    );
    const { sandbox, session } = mirrored;
    const { pylon } = session.ctx;
    let pages = 0;
    const view = (inner: typeof pylon): typeof pylon => ({
      ...inner,
      request: async (asked) => {
        const answer = await pylon.request(asked);
        pages += 1;
        // Newer than what was listed already: it stands on none of the pages to come.
        if (pages === 2) {
          sandbox.world.put('contacts', { id: 'brand-new', name: 'New' });
          await session.hint('contacts', 'brand-new');
          await session.drain();
        }
        return answer;
      },
      counted: () => view(inner),
      prioritised: () => view(inner),
    });
    Object.assign(session.ctx, { pylon: view(pylon) });
    await session.lists();
    expect(await tombstones(database, 'contacts')).toEqual([]);
    const { rows } = await database.pool.query(
      "SELECT _deleted_at FROM pylon.contacts WHERE id = 'brand-new'",
    );
    expect(rows).toEqual([{ _deleted_at: null }]);
  });
});

describe('a scan', () => {
  test('that was ended in the middle goes on in the next process with what it has seen', async ({
    mirror,
    database,
  }) => {
    const paged = {
      ...resourceNamed('contacts'),
      pull: { by: 'list', path: '/contacts', limit: 5 },
    } as const;
    const mirrored = await mirror({}, { resources: [paged] });
    const { sandbox, session, reopen } = mirrored;
    const [removed] = idsOf(mirrored, 'contacts').slice(-1);
    sandbox.world.remove('contacts', removed ?? '');
    sandbox.faults.add({ endpoint: 'GET /contacts', kind: '500', skip: 4, times: 3 });
    await session.lists();
    await session.close();
    const next = await reopen();
    const from = sandbox.requests.length;
    const results = await next.lists();
    expect(results.get('contacts')).toMatchObject({ state: 'done', deleted: 1 });
    expect(sandbox.requests[from]?.query.cursor).toBeDefined();
    const scans = await scansOf(database);
    expect(scans.map(({ state }) => state)).toEqual(['applied']);
    await expectMirror(database.pool, sandbox, ['contacts']);
  });

  test('proves nothing when a crash of the server has emptied what it saw', async ({ mirror, database }) => {
    const paged = {
      ...resourceNamed('contacts'),
      pull: { by: 'list', path: '/contacts', limit: 5 },
    } as const;
    const mirrored = await mirror({}, { resources: [paged] });
    const { sandbox, session } = mirrored;
    sandbox.faults.add({ endpoint: 'GET /contacts', kind: '500', skip: 4, times: 3 });
    await session.lists();
    await database.pool.query('TRUNCATE pylon_sync.scan_seen');
    await session.lists();
    expect((await scansOf(database)).map(({ state }) => state)).toEqual(['abandoned']);
    expect(await tombstones(database, 'contacts')).toEqual([]);
    // The next one is whole again.
    await session.lists();
    expect((await scansOf(database)).map(({ state }) => state)).toEqual(['abandoned', 'applied']);
  });

  test('leaves a row that a person holds, and settles it next time', async ({ mirror, locks }) => {
    const mirrored = await mirror();
    const { sandbox, session } = mirrored;
    const [id = ''] = idsOf(mirrored, 'contacts');
    sandbox.world.remove('contacts', id);
    const lock = await locks.row('pylon.contacts', id);
    const held = await session.lists(['contacts']);
    expect(held.get('contacts')).toMatchObject({ state: 'failed', error: /locked by other transactions/ });
    await lock.release();
    const then = await session.lists(['contacts']);
    expect(then.get('contacts')).toMatchObject({ state: 'done', deleted: 1 });
  });

  test('is not confirmed by a page that somebody else answers with', async ({ mirror, database }) => {
    const mirrored = await mirror();
    const { sandbox, session } = mirrored;
    const [id = ''] = idsOf(mirrored, 'tags');
    sandbox.world.remove('tags', id);
    sandbox.faults.add({ endpoint: 'GET /tags/{id}', kind: 'html', status: 404, times: 100 });
    await session.lists(['tags']);
    expect(await tombstones(database, 'tags')).toEqual([]);
    sandbox.faults.clear();
    await session.lists(['tags']);
    expect(await tombstones(database, 'tags')).toMatchObject([{ record_id: id, evidence: { status: 404 } }]);
  });

  test('does not trust a 404 for a request that answers for no record at all', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror();
    const { sandbox, session } = mirrored;
    const [id = '', other = ''] = idsOf(mirrored, 'tags');
    sandbox.world.remove('tags', id);
    sandbox.faults.add({ endpoint: 'GET /tags/{id}', kind: '404', times: 100 });
    await session.lists(['tags']);
    expect(await tombstones(database, 'tags')).toMatchObject([{ record_id: id, evidence: { status: 404 } }]);
    const { rows } = await database.pool.query('SELECT _deleted_at FROM pylon.tags WHERE id = $1', [other]);
    expect(rows).toEqual([{ _deleted_at: null }]);
  });
});

test('the full comparison counts as drift what changed before the watermark and stood here otherwise', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror();
  const { sandbox, session } = mirrored;
  await session.pull();
  mirrored.pass(86_400);
  await session.pull();
  const [silent = '', fresh = ''] = idsOf(mirrored, 'issues');
  // Changed without a word: its time of change stays where it was.
  const { updated_at } = sandbox.world.get('issues', silent) ?? {};
  sandbox.world.patch('issues', silent, { title: 'Silently', updated_at });
  sandbox.world.patch('issues', fresh, { title: 'Just now' });
  const results = await session.reconcile();
  expect(results.get('issues')).toMatchObject({ updated: 2, drifted: 1 });
  await expectMirror(database.pool, sandbox, undefined, { ticking: true });
  const { rows } = await database.pool.query(
    "SELECT rows_drifted, rows_updated FROM pylon_sync.runs WHERE resource = 'issues' AND kind = 'reconcile'",
  );
  expect(rows).toEqual([{ rows_drifted: '1', rows_updated: '2' }]);
  expect(resources.length).toBeGreaterThan(20);
});
