import { describe, expect } from 'vitest';
import { previewEdits } from '../../src/sync/push/preview.ts';
import { pushDue } from '../../src/sync/push/push.ts';
import { pushOnce } from '../../src/sync/push/push-once.ts';
import { expectMirror } from '../helpers/compare-mirror.ts';
import { beDue, editsIn, latestEdit, push, pusherOn, pushOptions, statesIn } from '../helpers/edits.ts';
import { newGate } from '../helpers/gate.ts';
import {
  ALL,
  allowAll,
  anyId,
  creatable,
  createdObjects,
  createRequests,
  INSERTS,
  insert,
  pushUntil,
  rowsOf,
} from '../helpers/inserts.ts';
import { shareMirror, test } from '../helpers/session.ts';

describe('an INSERT of each resource', () => {
  const shared = shareMirror({ issues: 20 });

  test.for(creatable)('into %s creates in Pylon, with all that was given', async (name) => {
    const { mirrored, database } = shared();
    await allowAll(mirrored);
    const latest = await latestEdit(database);
    const local = await insert(database, name);
    const { rows: asked } = await database.pool.query(`SELECT * FROM pylon.${name} WHERE id = $1`, [local]);
    await push(mirrored, ALL);
    const [object, ...others] = createdObjects(mirrored, name);
    expect(others).toEqual([]);
    const id = String(object?.id);
    const edits = await editsIn(database, latest);
    expect(edits.map(({ state, error }) => [state, error])).toEqual(edits.map(() => ['applied', null]));
    expect(edits.every(({ record_id }) => record_id === id)).toBe(true);
    expect(edits[0]).toMatchObject({
      operation: 'create',
      http_status: 200,
      request_id: expect.any(String),
    });
    const [row, ...more] = await rowsOf(database, name);
    expect(more).toEqual([]);
    // All that was given is as it was asked for, but for what the server sanitises.
    for (const column of Object.keys(INSERTS[name] ?? {}))
      if (column !== 'body_html') expect([column, row[column]]).toEqual([column, asked[0][column]]);
    const { rows: ids } = await database.pool.query(
      'SELECT provisional, resource FROM pylon_sync.ids WHERE id = $1',
      [id],
    );
    expect(ids).toEqual([{ provisional: local, resource: name }]);
    expect(createRequests(mirrored, name)).toHaveLength(1);
  });

  test('leaves a mirror that equals Pylon, for the next pass to find so', async () => {
    const { mirrored, database } = shared();
    await mirrored.session.reconcile();
    await expectMirror(database.pool, mirrored.sandbox);
    for (const name of creatable) expect(await rowsOf(database, name), name).toHaveLength(1);
  });
});

describe('an INSERT', () => {
  test('of an issue contacts no customer, and sends the priority as the field it is', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowAll(mirrored);
    await insert(database, 'issues');
    await push(mirrored, ALL);
    const [create, update] = await editsIn(database);
    expect(create?.sent).toEqual({
      ...{ title: 'Made here', account_id: expect.any(String), tags: ['a'], priority: 'high' },
      body_html: '<p>Hello<script>x</script></p>',
    });
    expect(update).toMatchObject({ sent: { state: 'closed', type: 'ticket' }, actor: create?.actor });
  });

  test('of a contact with its account waits for that, in one statement', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowAll(mirrored);
    await database.pool.query(`
      WITH account AS (INSERT INTO pylon.accounts (name) VALUES ('Made here') RETURNING id)
      INSERT INTO pylon.contacts (name, account_id) SELECT 'Made here', id FROM account`);
    await push(mirrored, ALL);
    expect(await statesIn(database)).toEqual(['applied', 'applied']);
    const [account] = createdObjects(mirrored, 'accounts');
    expect(createdObjects(mirrored, 'contacts')).toMatchObject([{ account: { id: account?.id } }]);
    expect(await rowsOf(database, 'contacts')).toMatchObject([{ account_id: account?.id }]);
  });

  test('and what was changed since go as one request', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowAll(mirrored);
    const id = await insert(database, 'accounts');
    await database.pool.query("UPDATE pylon.accounts SET tags = '{c}', owner_id = NULL WHERE id = $1", [id]);
    await push(mirrored, ALL);
    expect(await statesIn(database)).toEqual(['applied', 'applied', 'applied']);
    expect(createdObjects(mirrored, 'accounts')).toMatchObject([
      { tags: ['c'], owner: null, is_disabled: true },
    ]);
    expect(createRequests(mirrored, 'accounts')).toHaveLength(1);
  });

  test('gives its id to what referred to it, and to what is edited while it is under way', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowAll(mirrored);
    const id = await insert(database, 'accounts');
    const { rows } = await database.pool.query(
      `UPDATE pylon.issues SET account_id = $1 WHERE id = ${anyId('issues')} RETURNING id`,
      [id],
    );
    const gate = newGate();
    mirrored.sandbox.faults.add({ endpoint: 'POST /accounts', kind: 'slow', until: gate.opened });
    const pushing = push(mirrored, ALL);
    await expect.poll(async () => (await statesIn(database))[0]).toBe('sending');
    await database.pool.query("UPDATE pylon.accounts SET tags = '{late}' WHERE id = $1", [id]);
    gate.open();
    await pushing;
    const [account] = createdObjects(mirrored, 'accounts');
    expect([...new Set(await statesIn(database))]).toEqual(['applied']);
    expect(account).toMatchObject({ tags: ['late'], is_disabled: true });
    expect(mirrored.sandbox.world.get('issues', rows[0].id)).toMatchObject({ account: { id: account?.id } });
  });

  test('that a pull stored first is one with what it stored', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowAll(mirrored);
    await insert(database, 'issues');
    mirrored.pass(60);
    mirrored.sandbox.faults.add({ endpoint: 'POST /issues', kind: 'lost-answer' });
    await push(mirrored, ALL);
    await mirrored.session.pull();
    expect(await rowsOf(database, 'issues')).toHaveLength(2);
    await pushUntil(mirrored, database, 'applied');
    expect(await rowsOf(database, 'issues')).toMatchObject([
      { id: createdObjects(mirrored, 'issues')[0]?.id, state: 'closed' },
    ]);
  });

  test('that was deleted while it was under way is created and deleted', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowAll(mirrored);
    const id = await insert(database, 'tasks');
    const gate = newGate();
    mirrored.sandbox.faults.add({ endpoint: 'POST /tasks', kind: 'slow', until: gate.opened });
    const pushing = push(mirrored, ALL);
    await expect.poll(() => statesIn(database)).toEqual(['sending']);
    await database.pool.query('DELETE FROM pylon.tasks WHERE id = $1', [id]);
    gate.open();
    await pushing;
    expect(await statesIn(database)).toEqual(['applied', 'applied']);
    expect(createdObjects(mirrored, 'tasks')).toEqual([]);
    expect(await rowsOf(database, 'tasks')).toMatchObject([
      {
        id: expect.not.stringContaining('local-'),
        _deleted_at: expect.any(Date),
        created_at: expect.any(Date),
      },
    ]);
  });

  test('is left alone by passes before it is sent', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowAll(mirrored);
    const ids = await Promise.all(['issues', 'tasks', 'accounts'].map((name) => insert(database, name)));
    await mirrored.session.lists();
    await mirrored.session.reconcile();
    await mirrored.session.pull();
    for (const [index, name] of ['issues', 'tasks', 'accounts'].entries())
      expect(await rowsOf(database, name)).toMatchObject([{ id: ids[index], _deleted_at: null }]);
    expect(mirrored.sandbox.requests.filter(({ path }) => path.includes('local-'))).toEqual([]);
  });
});

test('an INSERT that is discarded before it is sent takes its row along', async ({ mirror, database }) => {
  const mirrored = await mirror({ issues: 5 });
  await allowAll(mirrored);
  const id = await insert(database, 'accounts');
  await insert(database, 'contacts', { account_id: `'${id}'` });
  const [create] = await editsIn(database);
  await database.pool.query('SELECT pylon_sync.discard_edit($1)', [create?.id]);
  expect(await rowsOf(database, 'accounts')).toEqual([]);
  await push(mirrored, ALL);
  expect(await editsIn(database)).toMatchObject([
    { state: 'discarded' },
    { state: 'failed', error: `depends on edit ${create?.id}, which was discarded` },
  ]);
  expect(createRequests(mirrored, 'contacts')).toEqual([]);
});

test('what waits for a create that waits itself is not waited for by a push', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({ issues: 5 });
  await allowAll(mirrored);
  await database.pool.query(`
    BEGIN; SET LOCAL pylon_sync.draft = on; INSERT INTO pylon.accounts (id, name) VALUES ('local-a', 'A'); COMMIT`);
  await database.pool.query("INSERT INTO pylon.contacts (name, account_id) VALUES ('Ann', 'local-a')");
  const options = pushOptions(ALL);
  for (const beside of [false, true])
    expect(await pushOnce(mirrored.session.ctx, options, { dryRun: false, beside })).toEqual({ states: {} });
  expect(await statesIn(database)).toEqual(['draft', 'pending']);
  await database.pool.query('SELECT pylon_sync.approve_edit(1)');
  await database.pool.query(
    "UPDATE pylon_sync.edits SET next_attempt_at = now() + interval '1 hour' WHERE id = 1",
  );
  expect(await pushOnce(mirrored.session.ctx, options, { dryRun: false, beside: true })).toEqual({
    states: {},
  });
  await database.pool.query('UPDATE pylon_sync.edits SET next_attempt_at = now() WHERE id = 1');
  const report = await pushOnce(mirrored.session.ctx, options, { dryRun: false, beside: false });
  expect(report).toEqual({ states: { applied: 2 } });
});

test('what is to be created and deleted can be seen before it is sent', async ({ mirror, database }) => {
  const mirrored = await mirror({ issues: 5 });
  await allowAll(mirrored);
  await insert(database, 'tags');
  const { rows } = await database.pool.query(
    `DELETE FROM pylon.contacts WHERE id = ${anyId('contacts')} RETURNING id`,
  );
  const previews = await previewEdits(mirrored.session.ctx, { ...ALL, policy: () => 'hold' });
  expect(previews.map(({ request }) => request)).toEqual([
    {
      ...{ method: 'POST', path: '/tags' },
      body: { value: 'Made here', object_type: 'issue', hex_color: '#123456' },
    },
    { method: 'DELETE', path: `/contacts/${rows[0].id}`, body: undefined },
  ]);
});

test('functions called about a new row before Pylon has it follow it', async ({ mirror, database }) => {
  const mirrored = await mirror({ issues: 5 });
  const allow = [...ALL.allow, 'message'];
  await push(mirrored, { allow });
  const local = await insert(database, 'issues', { state: 'NULL', type: 'NULL' });
  await database.pool.query("SELECT pylon.add_note($1, '<p>New</p>')", [local]);
  await push(mirrored, { allow });
  expect(await statesIn(database)).toEqual(['applied', 'applied']);
  const refused = await insert(database, 'issues', { title: "'Refused'" });
  await database.pool.query("SELECT pylon.add_note($1, '<p>Never</p>')", [refused]);
  mirrored.sandbox.faults.add({ endpoint: 'POST /issues', kind: '403' });
  await push(mirrored, { allow });
  expect((await statesIn(database)).slice(2)).toEqual(['failed', 'failed']);
});

describe('a refusal', () => {
  test('takes the row away, and what depends on it; a retry revives that', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowAll(mirrored);
    const { account: before } = [...mirrored.sandbox.world.all('issues')][0]?.object ?? {};
    const id = await insert(database, 'accounts');
    await database.pool.query("UPDATE pylon.accounts SET name = 'Made here, too' WHERE id = $1", [id]);
    await insert(database, 'contacts', { account_id: `'${id}'` });
    const issue = [...mirrored.sandbox.world.all('issues')][0]?.object.id;
    await database.pool.query('UPDATE pylon.issues SET account_id = $1 WHERE id = $2', [id, issue]);
    mirrored.sandbox.faults.add({ endpoint: 'POST /accounts', kind: '403' });
    await push(mirrored, ALL);
    const [create, ...others] = await editsIn(database);
    expect(create).toMatchObject({
      state: 'failed',
      http_status: 403,
      error: expect.stringContaining('403'),
    });
    const depends = `depends on edit ${create?.id}, which failed`;
    expect(others.map(({ state, error }) => [state, error])).toEqual(others.map(() => ['failed', depends]));
    expect(await rowsOf(database, 'accounts')).toEqual([]);
    expect(await rowsOf(database, 'contacts')).toEqual([]);
    await mirrored.session.drain();
    const { rows } = await database.pool.query('SELECT account_id FROM pylon.issues WHERE id = $1', [issue]);
    expect(rows[0].account_id).toEqual((before as { id: string } | null)?.id ?? null);

    await database.pool.query(
      "UPDATE pylon_sync.edits SET state = 'pending', settled_at = NULL WHERE id = $1",
      [create?.id],
    );
    await push(mirrored, ALL);
    expect([...new Set(await statesIn(database))]).toEqual(['applied']);
    const account = [...mirrored.sandbox.world.all('accounts')].find(
      ({ object }) => object.name === 'Made here, too',
    );
    expect(createdObjects(mirrored, 'contacts')).toMatchObject([{ account: { id: account?.object.id } }]);
    expect(mirrored.sandbox.world.get('issues', String(issue))).toMatchObject({
      account: { id: account?.object.id },
    });
  });

  test('of what Pylon had before says which words it has for that', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowAll(mirrored);
    const [held] = (
      await database.pool.query("SELECT value FROM pylon.tags WHERE object_type = 'issue' LIMIT 1")
    ).rows;
    await insert(database, 'tags', { value: `'${held.value}'` });
    await push(mirrored, ALL);
    expect(await editsIn(database)).toMatchObject([
      { state: 'failed', http_status: 400, error: expect.stringContaining('already exists') },
    ]);
  });

  test('of what somebody made meanwhile, and that is the same, is none', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowAll(mirrored);
    mirrored.sandbox.world.create('tags', { value: 'Made here', object_type: 'issue', hex_color: '#123456' });
    await insert(database, 'tags');
    await push(mirrored, ALL);
    expect(await editsIn(database)).toMatchObject([{ state: 'applied', error: 'Pylon had it already' }]);
    expect(createdObjects(mirrored, 'tags')).toHaveLength(1);
    expect(await rowsOf(database, 'tags')).toHaveLength(1);
  });

  test('of what an earlier DELETE frees is created once that has ended, though it is sent before', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowAll(mirrored);
    const { rows } = await database.pool.query(`
      WITH gone AS (DELETE FROM pylon.tags WHERE id = ${anyId('tags')} RETURNING *),
           made AS (INSERT INTO pylon.tags (value, object_type) SELECT value, object_type FROM gone)
      SELECT id, value, object_type FROM gone`);
    const [tag] = rows;
    await push(mirrored, { allow: ['create'] });
    expect(await editsIn(database)).toMatchObject([
      { operation: 'delete', state: 'pending' },
      {
        operation: 'create',
        state: 'pending',
        error: expect.stringMatching(/^waits for edit 1: .*already exists/),
      },
    ]);
    await push(mirrored, { allow: ['delete'] });
    await beDue(database);
    await push(mirrored, ALL);
    expect((await editsIn(database)).map(({ state, error }) => [state, error])).toEqual([
      ['applied', null],
      ['applied', null],
    ]);
    const { value, object_type } = tag;
    const left = [...mirrored.sandbox.world.all('tags')].filter(({ object }) => object.value === value);
    expect(left.map(({ object }) => object)).toMatchObject([
      { object_type, id: expect.not.stringContaining(tag.id) },
    ]);
  });

  test('of what an earlier UPDATE frees waits for that, and one of what it does not free fails after it', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowAll(mirrored);
    const { rows } = await database.pool.query(
      'SELECT id, value, object_type FROM pylon.tags ORDER BY id LIMIT 2',
    );
    for (const [at, set] of ["value = 'freed'", "hex_color = '#123456'"].entries()) {
      const { id, value, object_type } = rows[at];
      await database.pool.query(`UPDATE pylon.tags SET ${set} WHERE id = $1`, [id]);
      await database.pool.query('INSERT INTO pylon.tags (value, object_type) VALUES ($1, $2)', [
        value,
        object_type,
      ]);
    }
    await push(mirrored, { allow: ['create'] });
    expect(await statesIn(database)).toEqual(['pending', 'pending', 'pending', 'pending']);
    await push(mirrored, { allow: ['update'] });
    await beDue(database);
    await push(mirrored, ALL);
    expect((await editsIn(database)).map(({ operation, state }) => [operation, state])).toEqual([
      ['update', 'applied'],
      ['create', 'applied'],
      ['update', 'applied'],
      ['create', 'failed'],
    ]);
  });

  test('that was refused before the DELETE ended is tried once more', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowAll(mirrored);
    await database.pool.query(`
      WITH gone AS (DELETE FROM pylon.tags WHERE id = ${anyId('tags')} RETURNING *)
      INSERT INTO pylon.tags (value, object_type) SELECT value, object_type FROM gone`);
    // Between Pylon's refusal and the look at the edits, the DELETE ends.
    const gate = newGate();
    mirrored.sandbox.faults.add({ endpoint: 'GET /tags/{id}', kind: 'slow', until: gate.opened });
    const creating = push(mirrored, { allow: ['create'] });
    await expect.poll(() => createRequests(mirrored, 'tags').length).toBe(1);
    await pushDue(pusherOn(mirrored, { allow: ['delete'] }));
    expect(await statesIn(database)).toEqual(['applied', 'sending']);
    gate.open();
    await creating;
    expect(await statesIn(database)).toEqual(['applied', 'pending']);
    await beDue(database);
    await push(mirrored, ALL);
    expect(await statesIn(database)).toEqual(['applied', 'applied']);
  });
});
