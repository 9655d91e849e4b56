import { describe, expect } from 'vitest';
import { resourceNamed } from '../../src/resources/index.ts';
import { asDaemon } from '../helpers/as-daemon.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { editsIn, push, statesIn } from '../helpers/edits.ts';
import { type Mirrored, test } from '../helpers/session.ts';

/** Enough, and read sooner than everything. */
const ONLY = { resources: ['accounts', 'contacts', 'issues'].map(resourceNamed) };

const idsOf = ({ sandbox }: Mirrored, resource: 'issues' | 'contacts' | 'accounts') =>
  [...sandbox.world.all(resource)].map(({ object }) => String(object.id));

/** An edit as an earlier version queued it, without a look at what it asks for. */
const queued = (
  { pool }: TestDatabase,
  resource: string,
  id: string,
  changes: Readonly<Record<string, unknown>>,
  state = 'pending',
) => {
  const base = Object.fromEntries(Object.keys(changes).map((column) => [column, null]));
  return asDaemon(
    pool,
    `INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid)
     VALUES ('${resource}', '${id}', 'update', '${JSON.stringify(changes)}', '${JSON.stringify(base)}', '${state}', 'me', 1)`,
  );
};

const rowOf = async ({ pool }: TestDatabase, id: string) =>
  (await pool.query('SELECT title, tags FROM pylon.issues WHERE id = $1', [id])).rows[0];

/** No text can be made of it. */
const TEXTLESS = { toString: 1, valueOf: 1 };

describe('an edit that no table can hold', () => {
  test('leaves its page, and the rest of its row, as fresh as ever', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 }, ONLY);
    const [own = '', ...rows] = idsOf(mirrored, 'issues');
    const odd = [['a', null], [['a', 'b']], [['a'], 'b'], [{ a: 1 }]];
    for (const [place, tags] of odd.entries())
      await queued(database, 'issues', rows[place] ?? '', { tags }, 'draft');
    mirrored.pass(3_600);
    for (const id of [own, ...rows]) mirrored.sandbox.world.patch('issues', id, { title: 'Fresh' });
    const pulled = await mirrored.session.pull();
    expect(pulled.find(({ resource }) => resource === 'issues')).toMatchObject({ state: 'done' });
    for (const id of [own, ...rows]) expect(await rowOf(database, id)).toMatchObject({ title: 'Fresh' });
    const compared = await mirrored.session.reconcile(['issues']);
    expect(compared.get('issues')).toMatchObject({ state: 'done', rejected: 0 });
  });

  test('of one contact twice is refused twice, and no more', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 }, ONLY);
    const [id = ''] = idsOf(mirrored, 'contacts');
    await queued(database, 'contacts', id, { phone_numbers: [['1'], '2'] });
    await queued(database, 'contacts', id, { phone_numbers: [['1', '2']] });
    await push(mirrored);
    expect(await statesIn(database)).toEqual(['failed', 'failed']);
  });
});

describe('an edit of which no request can be made', () => {
  test('fails with the reason, and keeps no other edit, of its record or of another', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 5 }, ONLY);
    const [first = '', second = ''] = idsOf(mirrored, 'issues');
    await database.pool.query("UPDATE pylon.issues SET title = 'Before' WHERE id = $1", [first]);
    await queued(database, 'issues', first, { custom_fields: { odd: TEXTLESS } });
    await database.pool.query("UPDATE pylon.issues SET title = 'After' WHERE id = $1", [first]);
    await database.pool.query("UPDATE pylon.issues SET title = 'Other' WHERE id = $1", [second]);
    await push(mirrored);
    expect((await editsIn(database)).map(({ state, error }) => [state, error])).toEqual([
      ['applied', null],
      ['failed', expect.stringMatching(/^no request can be made of it: Cannot convert object/)],
      ['applied', null],
      ['applied', null],
    ]);
    expect(await rowOf(database, first)).toMatchObject({ title: 'After' });
  });

  test('to many accounts alike fails with each, and the accounts go on', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 }, ONLY);
    const ids = idsOf(mirrored, 'accounts').slice(0, 6);
    for (const id of ids) await queued(database, 'accounts', id, { custom_fields: { tier: TEXTLESS } });
    await push(mirrored);
    expect(await statesIn(database)).toEqual(ids.map(() => 'failed'));
  });

  test('to create fails with it, and its row goes', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 }, ONLY);
    await asDaemon(
      database.pool,
      `INSERT INTO pylon.accounts (id, name) VALUES ('local-1', 'Made here');
       INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid)
       VALUES ('accounts', 'local-1', 'create', '{"name": "Made here", "custom_fields": {"tier": ${JSON.stringify(TEXTLESS)}}}', '{}', 'pending', 'me', 1)`,
    );
    await push(mirrored, { allow: ['create'] });
    expect((await editsIn(database))[0]).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/^no request can be made of it/),
    });
    expect((await database.pool.query("SELECT FROM pylon.accounts WHERE id = 'local-1'")).rowCount).toBe(0);
  });
});

test('tags that are emptied with NULL, of many accounts or few, keep nothing from being sent', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({ issues: 5 }, ONLY);
  const ids = idsOf(mirrored, 'accounts').slice(0, 6);
  for (const id of ids) mirrored.sandbox.world.patch('accounts', id, { tags: ['x'] });
  await mirrored.session.lists(['accounts']);
  await database.pool.query('UPDATE pylon.accounts SET tags = NULL WHERE id = ANY ($1)', [ids]);
  await push(mirrored);
  expect(await statesIn(database)).toEqual(ids.map(() => 'applied'));
  const tags = [...mirrored.sandbox.world.all('accounts')]
    .filter(({ object }) => ids.includes(String(object.id)))
    .map(({ object }) => object.tags);
  expect(tags).toEqual(ids.map(() => []));
});
