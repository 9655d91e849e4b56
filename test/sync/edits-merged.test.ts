import { describe, expect } from 'vitest';
import type { TestDatabase } from '../helpers/database.ts';
import { editsIn, push, statesIn } from '../helpers/edits.ts';
import { ALL, allowAll } from '../helpers/inserts.ts';
import { type Mirrored, test } from '../helpers/session.ts';

const sql = ({ pool }: TestDatabase, text: string) => pool.query(text);

const writes = ({ sandbox }: Mirrored) => sandbox.requests.filter(({ method }) => method !== 'GET');

const rowOf = async ({ pool }: TestDatabase, table: string, id: string) =>
  (await pool.query(`SELECT * FROM pylon.${table} WHERE id = $1`, [id])).rows[0] as Record<string, unknown>;

const evidenceOf = async ({ pool }: TestDatabase, id: string) =>
  (await pool.query('SELECT evidence FROM pylon_sync.tombstones WHERE record_id = $1', [id])).rows;

/** Two records, the first of which Pylon will have merged into the second. */
function two({ sandbox }: Mirrored, resource: string): readonly [string, string] {
  const [first = '', second = ''] = [...sandbox.world.all(resource)].map(({ object }) => String(object.id));
  return [first, second];
}

describe('an answer under another id', () => {
  test('ends an UPDATE as failed: nothing is written to the record that took its place', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 5 });
    const [id, successor] = two(mirrored, 'contacts');
    const before = mirrored.sandbox.world.get('contacts', successor);
    await sql(database, `UPDATE pylon.contacts SET name = 'Renamed' WHERE id = '${id}'`);
    mirrored.sandbox.world.succeed('contacts', id, successor);
    await push(mirrored, { policy: 'local' });
    expect(await editsIn(database)).toMatchObject([
      {
        ...{ state: 'failed', http_status: 200, request_id: expect.any(String) },
        error: `merged into ${successor}: GET /contacts/{id} answered with that for ${id}`,
      },
    ]);
    expect(writes(mirrored)).toEqual([]);
    expect(mirrored.sandbox.world.get('contacts', successor)).toEqual(before);
    // Nothing lists contacts by their creation: the listing that lacks it decides, with that answer.
    await mirrored.session.drain();
    await mirrored.session.lists(['contacts']);
    expect(await rowOf(database, 'contacts', id)).toMatchObject({ _deleted_at: expect.any(Date) });
    expect(await evidenceOf(database, id)).toMatchObject([
      { evidence: { confirmed_by: 'GET /contacts/{id}', status: 200, merged_into: successor } },
    ]);
  });

  test('ends an UPDATE as failed also where the record was merged after it was compared', async ({
    mirror,
    database,
  }) => {
    let merge = () => {};
    const merging: typeof fetch = (input, init) => {
      if (init?.method === 'PATCH') merge();
      return fetch(input, init);
    };
    const mirrored = await mirror({ issues: 5 }, { client: { fetch: merging } });
    const [id, successor] = two(mirrored, 'contacts');
    await sql(database, `UPDATE pylon.contacts SET name = 'Renamed' WHERE id = '${id}'`);
    merge = () => mirrored.sandbox.world.succeed('contacts', id, successor);
    await push(mirrored);
    expect(await editsIn(database)).toMatchObject([
      {
        ...{ state: 'failed', sent: { name: 'Renamed' } },
        error: `merged into ${successor}: PATCH /contacts/{id} answered with that for ${id}`,
      },
    ]);
    expect(await rowOf(database, 'contacts', id)).not.toMatchObject({ name: 'Renamed' });
  });

  test('makes a record gone at once where a search misses it too', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const [id, successor] = two(mirrored, 'issues');
    mirrored.sandbox.world.succeed('issues', id, successor);
    await mirrored.session.hint('issues', id);
    await mirrored.session.drain();
    expect(await rowOf(database, 'issues', id)).toMatchObject({ _deleted_at: expect.any(Date) });
    expect(await evidenceOf(database, id)).toMatchObject([
      { evidence: { absent_from: expect.any(String), merged_into: successor } },
    ]);
    expect(await rowOf(database, 'issues', successor)).toMatchObject({ _deleted_at: null });
  });

  test('ends a DELETE as failed, with nothing deleted', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowAll(mirrored);
    const [id, successor] = two(mirrored, 'contacts');
    await sql(database, `DELETE FROM pylon.contacts WHERE id = '${id}'`);
    mirrored.sandbox.world.succeed('contacts', id, successor);
    await push(mirrored, ALL);
    expect(await editsIn(database)).toMatchObject([
      { state: 'failed', error: expect.stringContaining(`merged into ${successor}`) },
    ]);
    expect(mirrored.sandbox.world.get('contacts', successor)).toBeDefined();
  });

  test('ends an action as failed', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const [id, successor] = two(mirrored, 'accounts');
    await sql(database, `SELECT pylon.set_account_logo('${id}', 'https://logo.example')`);
    // The one whose answer says so: nothing is asked before an action.
    const { world } = mirrored.sandbox;
    world.succeed('accounts', id, successor);
    await push(mirrored);
    expect(await editsIn(database)).toMatchObject([
      { state: 'failed', error: expect.stringContaining(`merged into ${successor}`) },
    ]);
  });

  test('is stored where a hint names a record by what is no id of ours', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const [id] = two(mirrored, 'accounts');
    mirrored.sandbox.world.patch('accounts', id, {
      name: 'Found',
      external_ids: [{ external_id: 'crm-7', label: 'crm' }],
    });
    await mirrored.session.hint('accounts', 'crm-7');
    await mirrored.session.drain();
    expect(await rowOf(database, 'accounts', id)).toMatchObject({ name: 'Found', _deleted_at: null });
    expect(await statesIn(database)).toEqual([]);
  });
});
