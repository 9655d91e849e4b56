import { describe, expect } from 'vitest';
import { resources } from '../../src/resources/index.ts';
import { expectMirror } from '../helpers/compare-mirror.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { editsIn, latestEdit, push, statesIn } from '../helpers/edits.ts';
import { ALL, allowAll } from '../helpers/inserts.ts';
import { type Mirrored, shareMirror, test } from '../helpers/session.ts';

const first = ({ sandbox }: Mirrored, resource: string) => {
  for (const { object } of sandbox.world.all(resource)) return String(object.id);
  throw new Error(`no ${resource}`);
};

const remove = ({ pool }: TestDatabase, table: string, id: string) =>
  pool.query(`DELETE FROM pylon.${table} WHERE id = $1`, [id]);

async function rowOf({ pool }: TestDatabase, table: string, id: string) {
  const { rows } = await pool.query(`SELECT * FROM pylon.${table} WHERE id = $1`, [id]);
  return rows[0] as Record<string, unknown> | undefined;
}

const deletions = ({ sandbox }: Mirrored) => sandbox.requests.filter(({ method }) => method === 'DELETE');

const removable = resources.filter(({ writes }) => writes?.remove !== undefined).map(({ name }) => name);

describe('a DELETE of each resource', () => {
  const shared = shareMirror({ issues: 20 });

  test.for(removable)('of %s deletes in Pylon, and leaves a tombstone', async (name) => {
    const { mirrored, database } = shared();
    await allowAll(mirrored);
    const latest = await latestEdit(database);
    const before = deletions(mirrored).length;
    const id = first(mirrored, name);
    await remove(database, name, id);
    expect(await rowOf(database, name, id)).toBeUndefined();
    await push(mirrored, ALL);
    expect(mirrored.sandbox.world.get(name, id)).toBeUndefined();
    const [done, ...more] = await editsIn(database, latest);
    expect(more).toEqual([]);
    expect(done).toMatchObject({ state: 'applied', http_status: 200, request_id: expect.any(String) });
    expect(await rowOf(database, name, id)).toMatchObject({ _deleted_at: expect.any(Date) });
    const { rows } = await database.pool.query(
      'SELECT evidence FROM pylon_sync.tombstones WHERE resource = $1 AND record_id = $2',
      [name, id],
    );
    expect(rows).toMatchObject([
      {
        evidence: {
          edit: done?.id,
          deleted_by: expect.any(String),
          status: 200,
          request_id: done?.request_id,
        },
      },
    ]);
    expect(deletions(mirrored)).toHaveLength(before + 1);
  });

  test('takes along what Pylon took away with it, which is found as ever', async () => {
    const { mirrored, database } = shared();
    await mirrored.session.drain();
    await mirrored.session.reconcile();
    await expectMirror(database.pool, mirrored.sandbox);
    expect(deletions(mirrored)).toHaveLength(removable.length);
  });
});

describe('a DELETE', () => {
  test('stays one while pulls see the record, and takes what hangs on it along', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowAll(mirrored);
    const id = first(mirrored, 'issues');
    await remove(database, 'issues', id);
    mirrored.pass(60);
    // Of what nobody writes, no DELETE is held.
    mirrored.sandbox.world.patch('issues', id, { link: 'https://changed.example' });
    const results = await mirrored.session.pull();
    expect(results.find(({ resource }) => resource === 'issues')).toMatchObject({
      state: 'done',
      inserted: 0,
      updated: 0,
    });
    await mirrored.session.drain();
    expect(await rowOf(database, 'issues', id)).toBeUndefined();
    await push(mirrored, ALL);
    const { rows } = await database.pool.query(
      'SELECT count(*)::integer AS live FROM pylon.issue_messages WHERE issue_id = $1 AND _deleted_at IS NULL',
      [id],
    );
    expect(rows).toEqual([{ live: 0 }]);
  });

  test('makes what was queued before void', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowAll(mirrored);
    const id = first(mirrored, 'issues');
    const before = await rowOf(database, 'issues', id);
    await database.pool.query("UPDATE pylon.issues SET title = 'Late' WHERE id = $1", [id]);
    await remove(database, 'issues', id);
    await push(mirrored, ALL);
    // The row of what is gone is as Pylon held it.
    expect(await rowOf(database, 'issues', id)).toMatchObject({
      title: before?.title,
      _deleted_at: expect.any(Date),
    });
    expect(await editsIn(database)).toMatchObject([
      { state: 'discarded', error: 'the record was deleted afterwards' },
      { state: 'applied' },
    ]);
  });

  test('of two rows of one object is applied twice, and sent once', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const { sandbox, session } = mirrored;
    await allowAll(mirrored);
    await database.pool.query("INSERT INTO pylon.contacts (name, email) VALUES ('Twice', 'twice@x.example')");
    sandbox.faults.add({ endpoint: 'POST /contacts', kind: 'lost-answer' });
    await push(mirrored, ALL);
    await session.lists(['contacts']);
    const gone = await database.pool.query("DELETE FROM pylon.contacts WHERE email = 'twice@x.example'");
    expect(gone.rowCount).toBe(2);
    // What Pylon has made is found first.
    await database.pool.query(
      "UPDATE pylon_sync.edits SET next_attempt_at = now() + interval '1 hour' WHERE operation = 'delete' AND record_id NOT LIKE 'local-%'",
    );
    const pushed = expect.poll(async () => {
      await push(mirrored, ALL);
      return statesIn(database);
    });
    await pushed.toEqual(['applied', 'applied', 'applied']);
    expect(await editsIn(database)).toMatchObject([
      { operation: 'create' },
      ...[1, 2].map(() => ({ operation: 'delete', error: null, http_status: 200 })),
    ]);
    expect(deletions(mirrored).filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test('of what is gone already is done', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowAll(mirrored);
    const id = first(mirrored, 'contacts');
    mirrored.sandbox.world.remove('contacts', id);
    await remove(database, 'contacts', id);
    await push(mirrored, ALL);
    expect(await editsIn(database)).toMatchObject([{ state: 'applied', http_status: 404 }]);
  });

  test('that Pylon refuses is undone: the row is back, with the edits before it', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowAll(mirrored);
    const id = first(mirrored, 'issues');
    await database.pool.query("UPDATE pylon.issues SET title = 'Mine' WHERE id = $1", [id]);
    await remove(database, 'issues', id);
    mirrored.sandbox.world.patch('issues', id, { link: 'https://changed.example' });
    mirrored.sandbox.faults.add({ endpoint: 'DELETE /issues/{id}', kind: '403' });
    await push(mirrored, ALL);
    expect(await editsIn(database)).toMatchObject([
      { operation: 'update', state: 'applied' },
      { operation: 'delete', state: 'failed', http_status: 403, error: expect.stringContaining('403') },
    ]);
    expect(await rowOf(database, 'issues', id)).toMatchObject({
      ...{ title: 'Mine', link: 'https://changed.example', _deleted_at: null },
    });
    await mirrored.session.reconcile();
    await expectMirror(database.pool, mirrored.sandbox);
  });

  test.for(['lost-answer', 'reset', '500'] as const)(
    'whose outcome is unknown (%s) is looked up, and ends once',
    async (kind, { mirror, database }) => {
      const mirrored = await mirror({ issues: 5 });
      await allowAll(mirrored);
      const id = first(mirrored, 'accounts');
      await remove(database, 'accounts', id);
      mirrored.sandbox.faults.add({ endpoint: 'DELETE /accounts/{id}', kind });
      await push(mirrored, ALL);
      expect(await statesIn(database)).toEqual(['pending']);
      await expect
        .poll(async () => {
          await push(mirrored, ALL);
          return statesIn(database);
        })
        .toEqual(['applied']);
      expect(mirrored.sandbox.world.get('accounts', id)).toBeUndefined();
      expect(deletions(mirrored)).toHaveLength(kind === 'lost-answer' ? 1 : 2);
      expect(await rowOf(database, 'accounts', id)).toMatchObject({ _deleted_at: expect.any(Date) });
    },
  );

  test('that is discarded before it is sent is undone', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowAll(mirrored);
    const id = first(mirrored, 'contacts');
    const before = await rowOf(database, 'contacts', id);
    await remove(database, 'contacts', id);
    await database.pool.query('SELECT pylon_sync.discard_edit(id) FROM pylon_sync.edits');
    expect(await rowOf(database, 'contacts', id)).toEqual({ ...before, _hash: 'none' });
    await push(mirrored, ALL);
    expect(await statesIn(database)).toEqual(['discarded']);
    await mirrored.session.drain();
    await expectMirror(database.pool, mirrored.sandbox, ['contacts']);
    expect(deletions(mirrored)).toEqual([]);
  });

  test('that failed can be tried again', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowAll(mirrored);
    const id = first(mirrored, 'contacts');
    await remove(database, 'contacts', id);
    mirrored.sandbox.faults.add({ endpoint: 'DELETE /contacts/{id}', kind: '403' });
    await push(mirrored, ALL);
    await database.pool.query('SELECT pylon_sync.retry_edit(id) FROM pylon_sync.edits');
    await push(mirrored, ALL);
    expect(await statesIn(database)).toEqual(['applied']);
    expect(await rowOf(database, 'contacts', id)).toMatchObject({ _deleted_at: expect.any(Date) });
  });

  test('that is not allowed any more waits', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowAll(mirrored);
    const id = first(mirrored, 'contacts');
    await database.pool.query("UPDATE pylon.contacts SET name = 'Mine' WHERE id = $1", [id]);
    await remove(database, 'contacts', id);
    await push(mirrored, { allow: ['update'] });
    expect(await statesIn(database)).toEqual(['applied', 'pending']);
    expect(await rowOf(database, 'contacts', id)).toBeUndefined();
    await push(mirrored, ALL);
    expect(await statesIn(database)).toEqual(['applied', 'applied']);
  });
});
