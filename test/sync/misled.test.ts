import { describe, expect, inject, onTestFinished } from 'vitest';
import { resourceNamed } from '../../src/resources/index.ts';
import { approve } from '../../src/sync/runs/approve.ts';
import { answering } from '../helpers/answering.ts';
import { expectMirror, servedIn } from '../helpers/compare-mirror.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { closeIdle } from '../helpers/lent.ts';
import { onServer, withDatabase } from '../helpers/server.ts';
import { openSession, type Session, test } from '../helpers/session.ts';
import { markedRows, tombstonesOf } from '../helpers/tombstones.ts';

const MESSAGES = ['issues', 'issue_messages'].map(resourceNamed);
/** As many as a person is asked about. */
const MANY = { issues: 60, mostMessages: 100 };
/** Deletions that are marked without a person's looking: so many, or this part of the table. */
const FEW = 50;
const PART = 0.1;

/** Has every answer to a route hold nothing, until told. */
const emptied = (session: Session, route: string) => answering(session, route, () => ({}));

/** The same list with something else in the place of its first object. */
const withFirst = (one: unknown) => (body: unknown) => {
  const { data = [], ...rest } = body as { readonly data?: readonly unknown[] };
  return { ...rest, data: data.map((object, index) => (index === 0 ? one : object)) };
};

const stopped = async ({ pool }: TestDatabase) =>
  (
    await pool.query(
      "SELECT id, resource, kind, candidates::int FROM pylon_sync.scans WHERE state = 'stopped' ORDER BY id",
    )
  ).rows;

describe('listings of messages that hold nothing all of a sudden', () => {
  test('mark no more than a few, and are taken back when they hold them again', async ({
    mirror,
    database,
  }) => {
    const { sandbox, session } = await mirror(MANY, { resources: MESSAGES });
    await session.pull();
    const { size } = servedIn(sandbox, 'issue_messages');
    const most = Math.max(FEW, size * PART);
    expect(size).toBeGreaterThan(4 * most);
    const mend = emptied(session, '/issues/{id}/messages');
    await session.resweep();
    const marked = await markedRows(database.pool);
    expect(marked.length).toBeLessThanOrEqual(most);
    expect(await stopped(database)).toMatchObject([
      { resource: 'issue_messages', kind: 'children', candidates: size - marked.length },
    ]);
    // However often they are read.
    await session.resweep();
    expect(await markedRows(database.pool)).toEqual(marked);
    expect(await stopped(database)).toMatchObject([{ candidates: size - marked.length }]);

    mend();
    await session.resweep();
    expect(await markedRows(database.pool)).toEqual([]);
    await expectMirror(database.pool, sandbox, ['issue_messages']);
    expect((await tombstonesOf(database.pool)).filter(({ restored_at }) => restored_at === null)).toEqual([]);
    // Nothing is left that a person would have to look at.
    expect(await stopped(database)).toEqual([]);
  });

  test('delete nothing that is there when a person lets them through too late', async ({
    mirror,
    database,
  }) => {
    const { sandbox, session } = await mirror(MANY, { resources: MESSAGES });
    await session.pull();
    const mend = emptied(session, '/issues/{id}/messages');
    await session.resweep();
    const marked = await markedRows(database.pool);
    mend();
    const [scan] = await stopped(database);
    expect(await approve(session.ctx, Number(scan.id))).toMatchObject({ state: 'done', deleted: 0 });
    expect(await markedRows(database.pool)).toEqual(marked);
    expect(await stopped(database)).toEqual([]);
    await session.resweep();
    await expectMirror(database.pool, sandbox, ['issue_messages']);
  });

  test('are believed when a person lets them through, each looked at once more', async ({
    mirror,
    database,
  }) => {
    const { sandbox, session } = await mirror(MANY, { resources: MESSAGES });
    await session.pull();
    for (const id of servedIn(sandbox, 'issue_messages').keys()) sandbox.world.remove('issue_messages', id);
    await session.resweep();
    const [scan] = await stopped(database);
    expect(await approve(session.ctx, Number(scan.id))).toMatchObject({
      state: 'done',
      deleted: scan.candidates,
    });
    await expectMirror(database.pool, sandbox, ['issue_messages']);
    const last = (await tombstonesOf(database.pool, 'issue_messages')).at(-1);
    expect(last).toMatchObject({
      scan_id: scan.id,
      evidence: {
        absent_from: `scan ${scan.id}`,
        confirmed_by: 'a second listing of /issues/{id}/messages',
      },
    });
  });
});

describe('an object without an id in a listing', () => {
  const remarks = async ({ pool }: TestDatabase) =>
    (await pool.query("SELECT DISTINCT resource FROM pylon_sync.runs WHERE error LIKE '%without an id%'"))
      .rows;

  test.for([
    ['null', null],
    ['empty', {}],
    ['of an empty id', { id: '' }],
  ])('which is %s is not taken for the deletion of anything', async ([, one], { mirror, database }) => {
    const { sandbox, session } = await mirror(
      { issues: 10 },
      { resources: [...MESSAGES, ...['user_roles', 'tags'].map(resourceNamed)] },
    );
    await session.pull();
    const mend = ['/user-roles', '/tags', '/issues/{id}/messages'].map((route) =>
      answering(session, route, withFirst(one)),
    );
    const deleted = ['user_roles', 'tags', 'issue_messages'].map((name) => {
      const id = [...servedIn(sandbox, name).keys()].at(-1) ?? '';
      sandbox.world.remove(name, id);
      return `${name} ${id}`;
    });
    await session.resweep(['issue_messages']);
    const results = await session.lists(['user_roles', 'tags']);
    expect([...results.values()].map(({ state }) => state)).toEqual(['done', 'done']);
    expect(await markedRows(database.pool)).toEqual([]);
    expect(await remarks(database)).toHaveLength(3);
    for (const end of mend) end();
    await session.resweep(['issue_messages']);
    await session.lists(['user_roles', 'tags']);
    expect(await markedRows(database.pool)).toEqual(deleted.toSorted());
  });

  test('confirms nothing that an earlier listing lacked', async ({ mirror, database }) => {
    const { sandbox, session } = await mirror({}, { resources: [resourceNamed('user_roles')] });
    sandbox.world.remove('user_roles', [...servedIn(sandbox, 'user_roles').keys()].at(-1) ?? '');
    let looks = 0;
    answering(session, '/user-roles', (body) => {
      looks += 1;
      return looks > 1 ? withFirst(null)(body) : body;
    });
    await session.lists();
    expect(looks).toBeGreaterThan(1);
    expect(await markedRows(database.pool)).toEqual([]);
  });
});

test('custom fields of a type that Pylon refuses to list are not judged', async ({ mirror, database }) => {
  const { sandbox, session } = await mirror({}, { resources: [resourceNamed('custom_fields')] });
  const ofType = (type: string) =>
    [...servedIn(sandbox, 'custom_fields')].find(([, { object }]) => object.object_type === type)?.[0] ?? '';
  const [refused, listed] = [ofType('contact'), ofType('issue')];
  sandbox.world.remove('custom_fields', refused);
  sandbox.world.remove('custom_fields', listed);
  // The third type that is asked for.
  const refuse = () => sandbox.faults.add({ endpoint: 'GET /custom-fields', kind: '400', skip: 2 });
  refuse();
  await session.lists();
  expect(await markedRows(database.pool)).toEqual([`custom_fields ${listed}`]);
  refuse();
  await session.reconcile();
  expect(await markedRows(database.pool)).toEqual([`custom_fields ${listed}`]);
  await session.lists();
  expect(await markedRows(database.pool)).toEqual(
    [listed, refused].map((id) => `custom_fields ${id}`).toSorted(),
  );
  await expectMirror(database.pool, sandbox, ['custom_fields']);
});

/** A copy of a database, as of now, which is removed with the test. */
async function copyOf({ url }: TestDatabase): Promise<TestDatabase> {
  const { url: server } = inject('server');
  const copy = await createDatabase({ migrated: false });
  onTestFinished(() => copy.drop());
  const source = new URL(url).pathname.slice(1);
  // Who opens connections there next is to get none that was cut.
  await closeIdle(url);
  await onServer(server, async (client) => {
    await client.query(`DROP DATABASE ${copy.name} WITH (FORCE)`);
    // Nobody may be connected to what is copied.
    await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [source]);
    await client.query(`CREATE DATABASE ${copy.name} TEMPLATE ${source}`);
  });
  return { ...copy, url: withDatabase(server, copy.name) };
}

test('a database that was restored from an older copy becomes equal again', async ({ mirror, database }) => {
  const { sandbox, session, pass, reopen } = await mirror();
  const { world } = sandbox;
  await session.pull();
  const ids = (resource: string) => [...servedIn(sandbox, resource).keys()];
  // Gone already when the copy is made, and back before it is restored.
  const [back = ''] = ids('contacts');
  const contact = world.get('contacts', back) ?? {};
  world.remove('contacts', back);
  await session.lists();
  await session.close();
  const older = await copyOf(database);

  const newer = await reopen();
  world.put('contacts', contact);
  for (const day of [0, 1, 2]) {
    pass(10 * 86_400);
    const issues = ids('issues');
    const at = (index: number) => issues[10 * day + index] ?? '';
    world.patch('issues', at(0), { title: `Changed on day ${day}` });
    world.patch('issues', at(1), { title: `Silently on day ${day}` }, { silent: true });
    world.addMessage(at(2));
    world.remove('issues', at(3));
    const { id } = world.create('issues', { title: `New on day ${day}`, state: 'new' });
    world.addMessage(`${id}`);
    world.redactMessage(ids('issue_messages')[day] ?? '');
    world.remove('issue_messages', ids('issue_messages').at(-1 - day) ?? '');
    const [into = '', loser = ''] = ids('accounts');
    world.mergeAccounts(into, [loser]);
    world.remove('tasks', ids('tasks')[day] ?? '');
    world.patch('tasks', ids('tasks').at(-1) ?? '', { title: `Changed on day ${day}` });
    world.remove('tags', ids('tags')[day] ?? '');
    world.create('contacts', { name: `New on day ${day}` });
    await newer.pull();
    await newer.lists();
  }
  await newer.close();

  const restored = await openSession(sandbox, older.url);
  onTestFinished(() => restored.close());
  await restored.first();
  await restored.pull();
  await restored.lists();
  await restored.reconcile();
  while ((await restored.drain()) > 0);
  await restored.resweep();
  await expectMirror(older.pool, sandbox, undefined, { ticking: true });
  const standing = (await tombstonesOf(older.pool)).filter(({ restored_at }) => restored_at === null);
  expect(standing.map(({ resource, record_id }) => `${resource} ${record_id}`).toSorted()).toEqual(
    [...(await markedRows(older.pool))].toSorted(),
  );
});
