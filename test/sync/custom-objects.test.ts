import { describe, expect } from 'vitest';
import { statusText } from '../../src/cli/render/status-text.ts';
import { unknownTypes } from '../../src/db/progress/types.ts';
import { attentionOf } from '../../src/db/status/attention.ts';
import { readStatus } from '../../src/db/status/status.ts';
import { customObjects } from '../../src/resources/custom_objects.ts';
import type { Sandbox } from '../../src/sandbox/start.ts';
import { approve } from '../../src/sync/runs/approve.ts';
import { probeAccess } from '../../src/sync/session/access.ts';
import { withSession } from '../../src/sync/session/session.ts';
import { expectMirror } from '../helpers/compare-mirror.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { push, statesIn } from '../helpers/edits.ts';
import { test } from '../helpers/session.ts';
import { markedRows } from '../helpers/tombstones.ts';

const NAME = customObjects.name;
const SESSION = { resources: [customObjects] };

/** Requests since the last look, by endpoint, with the type that each asked for. */
function newAsked({ requests }: Sandbox) {
  let seen = 0;
  return () => {
    const own = requests.slice(seen).filter(({ path }) => path.startsWith('/custom-objects/'));
    seen = requests.length;
    return own.map(({ endpoint, path }) => `${endpoint.split(' ')[0]} ${path.split('?')[0]}`).sort();
  };
}

const typesIn = async ({ pool }: TestDatabase) => {
  const { rows } = await pool.query(
    'SELECT type, count(*)::int AS n FROM pylon.custom_objects WHERE _deleted_at IS NULL GROUP BY type',
  );
  return Object.fromEntries(rows.map(({ type, n }) => [type, n]));
};

const served = ({ world }: Sandbox, type: string) =>
  [...world.all(NAME)].map(({ object }) => object).filter((object) => object.type === type);

test('each type is listed once in pages of a hundred, and then searched for changes with one request a pull', async ({
  mirror,
  database,
}) => {
  const prepare = ({ world }: Sandbox) => {
    for (let n = 0; n < 205; n += 1) world.create(NAME, { type: 'license', name: `License ${n}` });
  };
  const { sandbox, session, pass } = await mirror({}, { ...SESSION, prepare, isRead: false });
  const asked = newAsked(sandbox);
  await session.first();
  await expectMirror(database.pool, sandbox, [NAME]);
  const list = (type: string, pages: number) =>
    Array.from({ length: pages }, () => `GET /custom-objects/${type}`);
  expect(asked()).toEqual([...list('device', 1), ...list('license', 3)]);

  // Nothing but what the overlap covers: each type has its own watermark.
  pass(3_600);
  await session.pull();
  pass(3_600);
  asked();
  await session.pull();
  const idle = ['POST /custom-objects/device/search', 'POST /custom-objects/license/search'];
  expect(asked()).toEqual(idle);
  const [device] = served(sandbox, 'device');
  sandbox.world.patch(NAME, `${device?.id}`, { name: 'Renamed' });
  sandbox.world.create(NAME, { type: 'license', name: 'New', relations: [] });
  await session.pull();
  expect(asked()).toEqual(idle);
  await expectMirror(database.pool, sandbox, [NAME]);
});

test('deletions are proved type by type, and those of a type that Pylon does not know any more are not', async ({
  mirror,
  database,
}) => {
  const prepare = ({ world }: Sandbox) => {
    for (const n of [1, 2]) world.create(NAME, { type: 'gadget', name: `Gadget ${n}` });
  };
  const types = ['license', 'gadget', 'device'];
  const { sandbox, session } = await mirror({}, { ...SESSION, prepare, types });
  const [license] = served(sandbox, 'license');
  sandbox.world.remove(NAME, `${license?.id}`);
  // With its last object, the type is gone.
  for (const { id } of served(sandbox, 'gadget')) sandbox.world.remove(NAME, `${id}`);
  const results = await session.reconcile();
  expect(results.get(NAME)?.state).toBe('done');
  expect(await markedRows(database.pool)).toEqual([`${NAME} ${license?.id}`]);
  expect(await typesIn(database)).toMatchObject({ gadget: 2 });
  expect([...(await unknownTypes(session.ctx.db.orm, NAME)).keys()]).toEqual(['gadget']);
  const { rows } = await database.pool.query(
    'SELECT evidence FROM pylon_sync.tombstones WHERE record_id = $1',
    [license?.id],
  );
  expect(rows[0].evidence).toMatchObject({ confirmed_by: 'GET /custom-objects/{type}/{id}', status: 404 });
  // Neither are they by a request for one of them.
  const hinted = await database.pool.query("SELECT id FROM pylon.custom_objects WHERE type = 'gadget'");
  await session.hint(NAME, hinted.rows[0].id, { type: 'gadget' });
  await session.drain();
  expect(await typesIn(database)).toMatchObject({ gadget: 2 });
});

describe('more deletions than a person would let pass', () => {
  const crowded = (licenses: number, devices: number) => ({
    prepare: ({ world }: Sandbox) => {
      const before = [...world.all(NAME)];
      const made = [...Array(licenses).fill('license'), ...Array(devices).fill('device')];
      for (const [n, type] of made.entries()) world.create(NAME, { type, name: `${type} ${n}` });
      for (const { object } of before) world.remove(NAME, `${object.id}`);
    },
  });

  test('are counted for each type, and those of one stop no other', async ({ mirror, database }) => {
    const { sandbox, session } = await mirror({}, { ...SESSION, ...crowded(800, 60) });
    const [license] = served(sandbox, 'license');
    sandbox.world.remove(NAME, `${license?.id}`);
    for (const { id } of served(sandbox, 'device')) sandbox.world.remove(NAME, `${id}`);
    await session.reconcile();
    expect(await markedRows(database.pool)).toEqual([`${NAME} ${license?.id}`]);
    expect(await typesIn(database)).toEqual({ license: 799, device: 60 });
    const [stopped, ...others] = (await readStatus(session.ctx.db, [customObjects])).stopped_scans;
    expect(others).toEqual([]);
    expect(stopped).toMatchObject({ resource: NAME, types: ['device'], candidates: 60, live: 60 });
    const attention = attentionOf(await readStatus(session.ctx.db, [customObjects]));
    expect(attention.map(({ what }) => what)).toEqual([
      'custom_objects: a scan missed 60 of 60 rows of type device, so none of them was deleted. If they are gone from Pylon:',
    ]);

    // The next one keeps the number, and a person lets it through.
    await session.reconcile();
    expect((await readStatus(session.ctx.db, [customObjects])).stopped_scans).toEqual([stopped]);
    expect(await approve(session.ctx, Number(stopped?.id))).toMatchObject({ state: 'done', deleted: 60 });
    expect(await typesIn(database)).toEqual({ license: 799 });
  });

  test('are taken back when the type lists its objects again', async ({ mirror, database }) => {
    const { sandbox, session } = await mirror({}, { ...SESSION, ...crowded(800, 60) });
    const devices = served(sandbox, 'device');
    for (const { id } of devices) sandbox.world.remove(NAME, `${id}`);
    await session.reconcile();
    for (const device of devices) sandbox.world.put(NAME, device);
    await session.reconcile();
    expect((await readStatus(session.ctx.db, [customObjects])).stopped_scans).toEqual([]);
    await expectMirror(database.pool, sandbox, [NAME]);
  });

  test('are counted for each type where they are proved singly', async ({ mirror, database }) => {
    const { sandbox, session } = await mirror({}, { ...SESSION, ...crowded(800, 70) });
    const devices = served(sandbox, 'device').map(({ id }) => `${id}`);
    for (const id of devices) sandbox.world.remove(NAME, id);
    const { rows } = await database.pool.query("SELECT id FROM pylon.custom_objects WHERE type = 'device'");
    for (const { id } of rows) await session.hint(NAME, id, { type: 'device' });
    await session.drain();
    expect(await typesIn(database)).toEqual({ license: 800, device: 20 });
    expect((await readStatus(session.ctx.db, [customObjects])).stopped_scans).toMatchObject([
      { types: ['device'], candidates: 20 },
    ]);
  });
});

test('a type that Pylon does not know is noted and stops no other; one that it knows by then, or that is added, is read by itself', async ({
  mirror,
  database,
}) => {
  const types = ['unheard', 'license'];
  const { sandbox, session, reopen, pass } = await mirror({}, { ...SESSION, types });
  const asked = newAsked(sandbox);
  expect([...(await unknownTypes(session.ctx.db.orm, NAME)).keys()]).toEqual(['unheard']);
  expect(await typesIn(database)).toEqual({ license: served(sandbox, 'license').length });
  await withSession(session.ctx, async () => {});
  const statusOf = ({ ctx }: typeof session) => readStatus(ctx.db, [customObjects]);
  const attention = attentionOf(await statusOf(session)).map(({ what }) => what);
  expect(attention).toEqual([
    expect.stringMatching(/not known the type "unheard" of custom objects since 2/),
  ]);
  const { pylon, signal } = session.ctx;
  expect((await probeAccess(pylon, [customObjects], signal, types)).get(NAME)).toEqual({
    is: 'readable',
    unknownTypes: ['unheard'],
  });
  asked();
  await session.pull();
  expect(asked()).toEqual(['POST /custom-objects/license/search']);
  await session.close();

  sandbox.world.create(NAME, { type: 'unheard', name: 'Now there is one' });
  const next = await reopen({ ...SESSION, types: ['device', ...types] });
  asked();
  await next.first();
  expect(asked()).toEqual(['GET /custom-objects/device', 'GET /custom-objects/unheard']);
  expect((await unknownTypes(next.ctx.db.orm, NAME)).size).toBe(0);
  await expectMirror(database.pool, sandbox, [NAME]);
  pass(10);
  await next.pull();
  expect(asked()).toHaveLength(3);
  await next.close();

  // One taken off the list keeps its rows, costs nothing, and is up to date once it is followed again.
  const fewer = await reopen({ ...SESSION, types: ['device'] });
  const [license] = served(sandbox, 'license');
  pass(10);
  sandbox.world.patch(NAME, `${license?.id}`, { name: 'Meanwhile' });
  asked();
  await withSession(fewer.ctx, () => fewer.first());
  await fewer.pull();
  await fewer.reconcile();
  expect(asked()).toEqual(['GET /custom-objects/device', 'POST /custom-objects/device/search']);
  expect(await typesIn(database)).toMatchObject({ license: served(sandbox, 'license').length });
  const status = await statusOf(fewer);
  expect(status.types).toEqual({ unknown: [], unfollowed: ['license', 'unheard'] });
  expect(statusText(status, Date.now())).toContain(
    'custom objects of type license, unheard: PYLON_SYNC_CUSTOM',
  );
  expect(attentionOf(status)).toEqual([]);
  await fewer.close();
  const again = await reopen({ ...SESSION, types: ['license', 'device'] });
  asked();
  await again.first();
  expect(asked()).toEqual([]);
  await again.pull();
  await expectMirror(database.pool, sandbox, [NAME]);
});

test('a reading that was interrupted goes on within its type, and a type that fails does not stop the pull of another', async ({
  mirror,
  database,
}) => {
  const prepare = ({ world }: Sandbox) => {
    for (let n = 0; n < 150; n += 1) world.create(NAME, { type: 'license', name: `License ${n}` });
  };
  const { sandbox, session } = await mirror({}, { ...SESSION, prepare, isRead: false });
  sandbox.faults.add({
    endpoint: 'GET /custom-objects/{type}',
    kind: '500',
    skip: 1,
    times: 9,
  });
  expect((await session.first()).get(NAME)?.state).toBe('failed');
  sandbox.faults.clear();
  const asked = newAsked(sandbox);
  asked();
  await session.first();
  expect(asked()).toEqual(['GET /custom-objects/device', 'GET /custom-objects/license']);
  await expectMirror(database.pool, sandbox, [NAME]);

  const [device] = served(sandbox, 'device');
  sandbox.world.patch(NAME, `${device?.id}`, { name: 'Renamed' });
  sandbox.faults.add({
    endpoint: 'POST /custom-objects/{type}/search',
    kind: '500',
    times: 3,
  });
  const [progress] = await session.pull();
  expect(progress?.state).toBe('failed');
  await expectMirror(database.pool, sandbox, [NAME]);
});

test('a type whose search fails is searched from its own watermark afterwards, however often another was searched', async ({
  mirror,
  database,
}) => {
  const { sandbox, session, pass } = await mirror({}, { ...SESSION, types: ['license', 'device'] });
  pass(3_600);
  await session.pull();
  const [license] = served(sandbox, 'license');
  sandbox.world.patch(NAME, `${license?.id}`, { name: 'Late' });
  for (const _ of [1, 2]) {
    pass(3_600);
    sandbox.faults.add({ endpoint: 'POST /custom-objects/{type}/search', kind: '500', times: 3 });
    const [progress] = await session.pull();
    expect(progress?.state).toBe('failed');
  }
  const failed = sandbox.requests.filter(({ status, path }) => status === 500 && path.includes('/license/'));
  expect(failed).toHaveLength(6);
  pass(3_600);
  await session.pull();
  await expectMirror(database.pool, sandbox, [NAME]);
});

const columnsOf = async ({ pool }: TestDatabase, view: string) => {
  const { rows } = await pool.query(
    `SELECT attname || ' ' || format_type(atttypid, NULL) AS is FROM pg_attribute
      WHERE attrelid = $1::text::regclass AND attnum > 0 AND attname LIKE 'cf\\_%' ORDER BY attnum`,
    [`pylon_bi.${view}`],
  );
  return rows.map(({ is }) => is);
};

test('each type has a view with a column for each field that occurs, which follows new ones and can be edited', async ({
  mirror,
  database,
}) => {
  const prepare = ({ world }: Sandbox) => {
    world.create(NAME, {
      type: 'fields',
      name: 'One',
      custom_fields: { plain: { slug: 'plain', value: 'x' } },
    });
  };
  const long = ['a', 'b'].map((end) => `${'long-'.repeat(15)}${end}`);
  const types = ['license', 'device', 'fields', 'empty-type', ...long];
  await database.pool.query('CREATE VIEW pylon_bi.custom_empty_type AS SELECT 1 AS mine');
  const mirrored = await mirror({}, { ...SESSION, prepare, types, isRead: false });
  const { sandbox, session, pass } = mirrored;
  await withSession(session.ctx, () => session.first());
  expect(await columnsOf(database, 'custom_license')).toEqual([
    ...['cf_account text', 'cf_modules text[]', 'cf_plan text', 'cf_renewal text', 'cf_seats text'],
  ]);
  expect(await columnsOf(database, 'custom_type_fields')).toEqual(['cf_plain text']);
  // What a user has built under a name is not replaced, and a type without objects has a view.
  expect(await columnsOf(database, 'custom_type_empty_type')).toEqual([]);
  expect((await database.pool.query('SELECT * FROM pylon_bi.custom_empty_type')).rows).toEqual([{ mine: 1 }]);
  // A name that Postgres would cut is cut here, to one of its own.
  const views = await database.pool.query(
    "SELECT viewname FROM pg_views WHERE viewname LIKE 'custom_long%' AND viewname ~ '_[0-9a-f]{8}$'",
  );
  expect(new Set(views.rows.map(({ viewname }) => viewname)).size).toBe(2);
  const [license] = served(sandbox, 'license').filter(({ relations }) => relations !== null);
  if (license === undefined) throw new Error('no license in the sandbox');
  const { rows } = await database.pool.query(
    `SELECT l.name, l.cf_seats, l.cf_account, r.related_type, r.related_id, r.custom_object_type
       FROM pylon_bi.custom_license AS l JOIN pylon_bi.custom_object_relations AS r ON r.custom_object_id = l.id
      WHERE l.id = $1`,
    [license?.id],
  );
  const [account] = license.relations as { object_id: string }[];
  expect(rows).toEqual([
    {
      name: license?.name,
      cf_seats: (license.custom_fields as Record<string, { value: string }>).seats?.value,
      cf_account: account?.object_id,
      ...{ related_type: 'account', related_id: account?.object_id, custom_object_type: 'license' },
    },
  ]);
  const counted = await database.pool.query('SELECT count(*)::int AS n FROM pylon_bi.custom_device');
  expect(counted.rows[0].n).toBe(served(sandbox, 'device').length);

  // A list where only single values were: its column comes beside the one that somebody may have built on.
  await database.pool.query('CREATE VIEW mine AS SELECT cf_plain FROM pylon_bi.custom_type_fields');
  const [one] = served(sandbox, 'fields');
  pass(60);
  sandbox.world.patch(NAME, `${one?.id}`, {
    custom_fields: { plain: { slug: 'plain', values: ['a', 'b'] }, later: { slug: 'later', value: 'z' } },
  });
  await session.pull();
  expect(await columnsOf(database, 'custom_type_fields')).toEqual([
    ...['cf_plain text', 'cf_later text', 'cf_plain_texts text[]'],
  ]);
  const shown = await database.pool.query(
    'SELECT mine.cf_plain, v.cf_plain_texts, v.cf_later FROM mine, pylon_bi.custom_type_fields AS v',
  );
  expect(shown.rows).toEqual([{ cf_plain: '["a", "b"]', cf_plain_texts: ['a', 'b'], cf_later: 'z' }]);

  await database.pool.query(
    "UPDATE pylon_bi.custom_license SET cf_seats = '77', cf_modules = '{api,sso}' WHERE id = $1",
    [license?.id],
  );
  await push(mirrored);
  expect(await statesIn(database)).toEqual(['applied']);
  expect(sandbox.world.get(NAME, `${license?.id}`)?.custom_fields).toMatchObject({
    seats: { slug: 'seats', value: '77' },
    modules: { slug: 'modules', values: ['api', 'sso'] },
  });
  const granted = await database.pool.query(
    "SELECT has_table_privilege('pylon_editor', 'pylon_bi.custom_license', 'UPDATE') AS is",
  );
  expect(granted.rows).toEqual([{ is: true }]);
});
