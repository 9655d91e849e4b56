import { describe, expect } from 'vitest';
import type { TestDatabase } from '../helpers/database.ts';
import { editAnyway, editsIn, push, statesIn } from '../helpers/edits.ts';
import { newGate } from '../helpers/gate.ts';
import { ALL, allowAll } from '../helpers/inserts.ts';
import { type Mirrored, test } from '../helpers/session.ts';

/** The newest issue, as Pylon has it. */
const issueIn = ({ sandbox }: Mirrored) => {
  const [row] = sandbox.world.all('issues');
  const { id, title, state } = row?.object ?? {};
  return { id: String(id), title, state };
};

const now = (mirrored: Mirrored, id: string) =>
  [...mirrored.sandbox.world.all('issues')].find(({ object }) => object.id === id)?.object ?? {};

async function rowOf({ pool }: TestDatabase, id: string, table = 'issues') {
  const { rows } = await pool.query(`SELECT * FROM pylon.${table} WHERE id = $1`, [id]);
  return rows[0] as Record<string, unknown>;
}

const edit = ({ pool }: TestDatabase, id: string, set: string, table = 'issues') =>
  pool.query(`UPDATE pylon.${table} SET ${set} WHERE id = $1`, [id]);

/** Requests that write. */
const writes = ({ sandbox }: Mirrored) =>
  sandbox.requests.filter(({ method, path }) => method !== 'GET' && !path.endsWith('/search'));

describe('an edit', () => {
  test('reaches Pylon, with the columns that were changed and nothing else', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const { id } = issueIn(mirrored);
    await edit(database, id, "tags = '{vip,new}', title = 'Edited'");
    expect(await push(mirrored)).toBe(1);
    expect(now(mirrored, id)).toMatchObject({ tags: ['vip', 'new'], title: 'Edited' });
    expect(writes(mirrored).map(({ endpoint }) => endpoint)).toEqual(['PATCH /issues/{id}']);
    const [done] = await editsIn(database);
    expect(done).toMatchObject({
      state: 'applied',
      http_status: 200,
      request_id: expect.any(String),
      sent: { tags: ['vip', 'new'], title: 'Edited' },
      error: null,
    });
    expect(await rowOf(database, id)).toMatchObject({ state: 'closed', title: 'Edited' });
    // What it has written itself is no edit.
    expect(await editsIn(database)).toHaveLength(1);
    expect(await push(mirrored)).toBe(0);
  });

  test('shows what Pylon made of it', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const { id } = issueIn(mirrored);
    await edit(database, id, "title = '  Tidy me '");
    await push(mirrored);
    expect(await rowOf(database, id)).toMatchObject({ title: 'Tidy me' });
    expect(await statesIn(database)).toEqual(['applied']);
  });

  test('to what Pylon holds already needs no request', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const { id } = issueIn(mirrored);
    mirrored.sandbox.world.patch('issues', id, { title: 'Same' });
    await edit(database, id, "title = 'Same'");
    await push(mirrored);
    expect(writes(mirrored)).toEqual([]);
    expect(await statesIn(database)).toEqual(['applied']);
  });

  test('edits of one record that wait together go as one request', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const { id } = issueIn(mirrored);
    await edit(database, id, "title = 'First'");
    await edit(database, id, "title = 'Second'");
    await edit(database, id, "state = 'on_hold'");
    await push(mirrored);
    expect(writes(mirrored)).toHaveLength(1);
    expect(now(mirrored, id)).toMatchObject({ title: 'Second', state: 'on_hold' });
    expect(await statesIn(database)).toEqual(['applied', 'applied', 'applied']);
  });

  test('that clears a reference sends the empty text', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 20 });
    const found = [...mirrored.sandbox.world.all('issues')].find(({ object }) => object.assignee !== null);
    const id = String(found?.object.id);
    await edit(database, id, 'assignee_id = NULL');
    await push(mirrored);
    expect((await editsIn(database))[0]).toMatchObject({ state: 'applied', sent: { assignee_id: '' } });
    expect(await rowOf(database, id)).toMatchObject({ assignee_id: null, assignee_email: null });
  });

  test('of custom fields sends those alone, and leaves others that Pylon changed', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 5 });
    const { id } = issueIn(mirrored);
    await edit(database, id, `custom_fields = custom_fields || '{"priority": "urgent"}'`);
    const { custom_fields: before } = now(mirrored, id) as { custom_fields: Record<string, unknown> };
    mirrored.sandbox.world.patch('issues', id, {
      custom_fields: { ...before, theirs: { slug: 'theirs', value: 'x' } },
    });
    await push(mirrored);
    expect((await editsIn(database))[0]).toMatchObject({
      state: 'applied',
      sent: { custom_fields: [{ slug: 'priority', value: 'urgent' }] },
    });
    expect((await rowOf(database, id)).custom_fields).toMatchObject({ priority: 'urgent', theirs: 'x' });
  });
});

describe('changed on both sides', () => {
  test('is held: the row shows Pylon’s value, the edit all three', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const { id, title } = issueIn(mirrored);
    await edit(database, id, "title = 'Mine', state = 'on_hold'");
    mirrored.sandbox.world.patch('issues', id, { title: 'Theirs' });
    await push(mirrored);
    expect((await editsIn(database))[0]).toMatchObject({
      state: 'conflict',
      held: ['title'],
      base: { title },
      changes: { title: 'Mine' },
      remote: { title: 'Theirs' },
      sent: { state: 'on_hold' },
      error: 'changed here and in Pylon: title',
    });
    expect(await rowOf(database, id)).toMatchObject({ title: 'Theirs', state: 'on_hold' });
    expect(now(mirrored, id)).toMatchObject({ title: 'Theirs', state: 'on_hold' });
  });

  test('is superseded by a new edit of the same field', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const { id } = issueIn(mirrored);
    await edit(database, id, "title = 'Mine'");
    mirrored.sandbox.world.patch('issues', id, { title: 'Theirs' });
    await push(mirrored);
    await edit(database, id, "title = 'After all'");
    await push(mirrored);
    expect(await statesIn(database)).toEqual(['discarded', 'applied']);
    expect((await editsIn(database))[0]?.error).toMatch(/^superseded by edit \d+$/);
    expect(now(mirrored, id)).toMatchObject({ title: 'After all' });
  });

  test('goes by the policy: Pylon', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const { id } = issueIn(mirrored);
    await edit(database, id, "title = 'Mine'");
    mirrored.sandbox.world.patch('issues', id, { title: 'Theirs' });
    await push(mirrored, { policy: 'pylon' });
    expect((await editsIn(database))[0]).toMatchObject({ state: 'discarded', remote: { title: 'Theirs' } });
    expect(await rowOf(database, id)).toMatchObject({ title: 'Theirs' });
    expect(writes(mirrored)).toEqual([]);
  });

  test('goes by the policy: local', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const { id } = issueIn(mirrored);
    await edit(database, id, "title = 'Mine'");
    mirrored.sandbox.world.patch('issues', id, { title: 'Theirs' });
    await push(mirrored, { policy: 'local' });
    expect((await editsIn(database))[0]).toMatchObject({ state: 'applied', remote: { title: 'Theirs' } });
    expect(now(mirrored, id)).toMatchObject({ title: 'Mine' });
  });

  test('tags are merged, each for itself', async ({ mirror, database }) => {
    const mirrored = await mirror(
      { issues: 5 },
      {
        prepare: ({ world }) => {
          const [row] = world.all('issues');
          world.patch('issues', String(row?.object.id), { tags: ['a', 'b'] });
        },
      },
    );
    const { id } = issueIn(mirrored);
    await edit(database, id, "tags = array_remove(tags, 'a') || '{mine}'");
    mirrored.sandbox.world.patch('issues', id, { tags: ['a', 'b', 'theirs'] });
    await push(mirrored);
    expect(now(mirrored, id)).toMatchObject({ tags: ['b', 'theirs', 'mine'] });
    expect(await statesIn(database)).toEqual(['applied']);
  });

  test('a second edit is no conflict with what became of the first', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const { id } = issueIn(mirrored);
    await edit(database, id, "title = ' Normalised '");
    const { faults } = mirrored.sandbox;
    const gate = newGate();
    faults.add({ endpoint: 'PATCH /issues/{id}', kind: 'slow', until: gate.opened });
    const pushing = push(mirrored);
    await expect.poll(() => statesIn(database)).toEqual(['sending']);
    await edit(database, id, "title = 'Then this'");
    gate.open();
    await pushing;
    expect(await statesIn(database)).toEqual(['applied', 'applied']);
    expect(now(mirrored, id)).toMatchObject({ title: 'Then this' });
  });
});

describe('a pull', () => {
  test('leaves the fields of an edit alone and brings the rest', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const { id } = issueIn(mirrored);
    await edit(database, id, "title = 'Mine'");
    mirrored.pass(60);
    mirrored.sandbox.world.patch('issues', id, { title: 'Theirs', state: 'on_hold' });
    await mirrored.session.pull();
    expect(await rowOf(database, id)).toMatchObject({ title: 'Mine', state: 'on_hold' });
    const [{ shadow }] = (await database.pool.query('SELECT shadow FROM pylon_sync.edits')).rows;
    expect(shadow).toEqual({ title: 'Theirs' });
  });

  test('that was asked before the edit was answered does not bring back what it replaced', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 5 });
    const { id } = issueIn(mirrored);
    mirrored.pass(60);
    mirrored.sandbox.world.patch('issues', id, { state: 'on_hold' });
    await edit(database, id, "title = 'Mine'");
    const gate = newGate();
    mirrored.sandbox.faults.add({ endpoint: 'POST /issues/search', kind: 'slow', until: gate.opened });
    const asked = mirrored.sandbox.requests.length;
    const pulling = mirrored.session.pull();
    await expect
      .poll(() => mirrored.sandbox.requests.slice(asked).map(({ endpoint }) => endpoint))
      .toContain('POST /issues/search');
    await push(mirrored);
    expect(await rowOf(database, id)).toMatchObject({ title: 'Mine' });
    gate.open();
    await pulling;
    expect(await rowOf(database, id)).toMatchObject({ title: 'Mine', state: 'on_hold' });
  });
});

describe('a refusal', () => {
  test('fails the edit, with Pylon’s words, and takes it back here', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const { id, state } = issueIn(mirrored);
    await editAnyway(database, id, "state = 'no such state'");
    await push(mirrored);
    expect((await editsIn(database))[0]).toMatchObject({
      state: 'failed',
      http_status: 400,
      request_id: expect.any(String),
      error: expect.stringContaining('is not a status'),
    });
    expect(await rowOf(database, id)).toMatchObject({ state });
  });

  test('of one edit does not fail those that went with it', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const { id, state } = issueIn(mirrored);
    await edit(database, id, "title = 'Good'");
    await editAnyway(database, id, "state = 'bad'");
    await edit(database, id, "tags = '{good}'");
    await push(mirrored);
    expect(await statesIn(database)).toEqual(['applied', 'failed', 'applied']);
    expect(await rowOf(database, id)).toMatchObject({ title: 'Good', state, tags: ['good'] });
  });

  test('of a record that is gone fails its edits', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const { id } = issueIn(mirrored);
    await edit(database, id, "title = 'Too late'");
    mirrored.sandbox.world.remove('issues', id);
    await push(mirrored);
    expect((await editsIn(database))[0]).toMatchObject({ state: 'failed', http_status: 404 });
    await mirrored.session.drain();
    expect(await rowOf(database, id)).toMatchObject({ _deleted_at: expect.any(Date) });
  });

  test('holds up nobody else', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    await database.pool.query(
      "BEGIN; SET LOCAL pylon_sync.validate = off; UPDATE pylon.issues SET state = CASE number WHEN 1 THEN 'bad' ELSE 'closed' END; COMMIT",
    );
    await push(mirrored);
    const states = await statesIn(database);
    expect(states.filter((state) => state === 'failed')).toHaveLength(1);
    expect(states.filter((state) => !['applied', 'failed'].includes(state))).toEqual([]);
  });
});

/** The whole answer of gateways that have no route, as JSON or without a body. */
const NO_ROUTE = ['', '{"message":"no Route matched with those values"}'];

/** An answer of what stands before Pylon: a gateway without its backend, a firewall, a page to log in at. */
const PAGES = [
  ['GET /issues/{id}', 403],
  ['GET /issues/{id}', 404],
  ['GET /issues/{id}', 302],
  ['PATCH /issues/{id}', 403],
  ['PATCH /issues/{id}', 404],
  ['PATCH /issues/{id}', 302],
] as const;

test.for(PAGES)(
  'a page instead of Pylon’s answer (%s: %i) ends no edit and deletes no row',
  async ([endpoint, status], { mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const { id } = issueIn(mirrored);
    mirrored.sandbox.faults.add({ endpoint, kind: 'html', status, times: 100 });
    await edit(database, id, "title = 'Mine'");
    await push(mirrored);
    await mirrored.session.drain();
    expect(await editsIn(database)).toMatchObject([
      { state: 'pending', error: expect.stringContaining(`${status} `) },
    ]);
    expect(await rowOf(database, id)).toMatchObject({ title: 'Mine', _deleted_at: null });
    mirrored.sandbox.faults.clear();
    await expect
      .poll(async () => {
        await push(mirrored);
        return statesIn(database);
      })
      .toEqual(['applied']);
    expect(now(mirrored, id)).toMatchObject({ title: 'Mine' });
  },
);

test.for(NO_ROUTE)(
  'a gateway’s 404 in Pylon’s place (%s) ends no edit and deletes nothing',
  async (text, { mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowAll(mirrored);
    const { id } = issueIn(mirrored);
    await edit(database, id, "title = 'Mine'");
    await database.pool.query('DELETE FROM pylon.accounts WHERE id = (SELECT min(id) FROM pylon.accounts)');
    await database.pool.query("INSERT INTO pylon.contacts (name) VALUES ('New')");
    const live = async () =>
      (await database.pool.query('SELECT id FROM pylon.milestones WHERE _deleted_at IS NULL ORDER BY id'))
        .rows;
    const before = await live();
    expect(before.length).toBeGreaterThan(1);
    mirrored.sandbox.faults.add({ endpoint: '*', kind: 'text', status: 404, text, times: 1000 });
    await push(mirrored, ALL);
    expect(await statesIn(database)).toEqual(['pending', 'pending', 'pending']);
    await mirrored.session.lists(['milestones']);
    expect(await live()).toEqual(before);
    mirrored.sandbox.faults.clear();
    await expect
      .poll(async () => {
        await push(mirrored, ALL);
        return statesIn(database);
      })
      .toEqual(['applied', 'applied', 'applied']);
    expect(now(mirrored, id)).toMatchObject({ title: 'Mine' });
  },
);

describe('an unknown outcome', () => {
  test.for(['lost-answer', 'reset', '500'] as const)(
    '%s: is read back, and sent once at most',
    async (kind, { mirror, database }) => {
      const mirrored = await mirror({ issues: 5 });
      const { id } = issueIn(mirrored);
      await edit(database, id, "title = ' Once '");
      mirrored.sandbox.faults.add({ endpoint: 'PATCH /issues/{id}', kind });
      await push(mirrored);
      expect(await statesIn(database)).toEqual(['pending']);
      await expect
        .poll(async () => {
          await push(mirrored);
          return statesIn(database);
        })
        .toEqual(['applied']);
      expect(now(mirrored, id)).toMatchObject({ title: 'Once' });
      expect(writes(mirrored)).toHaveLength(kind === 'lost-answer' ? 1 : 2);
    },
  );
});

test('what Pylon lets nobody change is not even asked for', async ({ mirror, database }) => {
  const mirrored = await mirror({ issues: 5 });
  const { id } = issueIn(mirrored);
  await edit(database, id, "title = 'Not sent'");
  expect(await push(mirrored, { allow: [] })).toBe(0);
  expect(await statesIn(database)).toEqual(['pending']);
  await expect(edit(database, id, "title = 'Refused'")).rejects.toThrow('are not allowed here');
});

test('a row that somebody holds is settled when it is free', async ({ mirror, database, locks }) => {
  const mirrored = await mirror({ issues: 5 });
  const { id } = issueIn(mirrored);
  await edit(database, id, "title = 'Held'");
  const lock = await locks.row('pylon.issues', id);
  const pushing = push(mirrored);
  await expect.poll(() => now(mirrored, id)).toMatchObject({ title: 'Held' });
  expect(await statesIn(database)).toEqual(['sending']);
  await lock.release();
  await pushing;
  expect(await statesIn(database)).toEqual(['applied']);
});
