import { describe, expect } from 'vitest';
import { asDaemon } from '../helpers/as-daemon.ts';
import { type TestDatabase, test } from '../helpers/database.ts';
import { allowOperations, refusalOf } from '../helpers/edit-permissions.ts';
import { editsIn } from '../helpers/edits.ts';

const ACCOUNTS = `
  INSERT INTO pylon.accounts (id, name, tags, created_at, _hash, _order, _extra)
  VALUES ('a1', 'One', '{x}', '2026-01-01', 'h', 7, '{"more": 1}'), ('a2', 'Two', NULL, NULL, 'h', 7, NULL),
         ('gone', 'Gone', NULL, NULL, 'h', 7, NULL);
  UPDATE pylon.accounts SET _deleted_at = now() WHERE id = 'gone'`;

const idsIn = async ({ pool }: TestDatabase) =>
  (await pool.query<{ id: string }>('SELECT id FROM pylon.accounts ORDER BY id')).rows.map(({ id }) => id);

describe('a DELETE', () => {
  test('queues the whole row, and skips what is gone', async ({ database }) => {
    await allowOperations(database, 'delete');
    await asDaemon(database.pool, ACCOUNTS);
    const { rows, rowCount } = await database.pool.query('DELETE FROM pylon.accounts RETURNING id');
    // In whichever order the statement finds them.
    expect([rowCount, rows.map(({ id }) => id).toSorted()]).toEqual([2, ['a1', 'a2']]);
    expect(await idsIn(database)).toEqual(['gone']);
    const [first, second, ...others] = (await editsIn(database)).toSorted((one, other) =>
      one.record_id.localeCompare(other.record_id),
    );
    expect(others).toEqual([]);
    expect(second).toMatchObject({ record_id: 'a2', operation: 'delete' });
    expect(first).toMatchObject({
      record_id: 'a1',
      operation: 'delete',
      changes: {},
      base: { id: 'a1', name: 'One', tags: ['x'], _hash: 'h', _order: 7, _extra: { more: 1 } },
      state: 'pending',
    });
  });

  test('is refused where the daemon allows none', async ({ database }) => {
    await asDaemon(database.pool, ACCOUNTS);
    const error = await refusalOf(database, 'DELETE FROM pylon.accounts');
    expect(error).toMatchObject({ code: '42501', hint: expect.stringContaining('PYLON_SYNC_ALLOW') });
    expect(await editsIn(database)).toEqual([]);
    expect(await idsIn(database)).toEqual(['a1', 'a2', 'gone']);
  });

  test('of no row needs no permission', async ({ database }) => {
    await asDaemon(database.pool, ACCOUNTS);
    expect((await database.pool.query("DELETE FROM pylon.accounts WHERE id = 'gone'")).rowCount).toBe(0);
  });

  test('by an editor', async ({ database }) => {
    await allowOperations(database, 'delete');
    await asDaemon(database.pool, ACCOUNTS);
    await database.pool.query(
      "BEGIN; SET LOCAL ROLE pylon_editor; DELETE FROM pylon.accounts WHERE id = 'a1'; COMMIT",
    );
    expect(await editsIn(database)).toMatchObject([{ record_id: 'a1', operation: 'delete' }]);
  });
});

describe('a row that Pylon does not have', () => {
  test.for(['accounts', 'teams'])('is deleted with its edits: %s', async (table, { database }) => {
    await allowOperations(database, 'create', 'update');
    await database.pool.query(`INSERT INTO pylon.${table} (id, name) VALUES ('local-a', 'A')`);
    await database.pool.query(`UPDATE pylon.${table} SET name = 'B'`);
    await database.pool.query(`DELETE FROM pylon.${table}`);
    expect(await editsIn(database)).toMatchObject([
      {
        operation: 'create',
        state: 'discarded',
        error: 'deleted here before it was created in Pylon',
        settled_at: expect.any(Date),
      },
      { operation: 'update', state: 'discarded', error: 'the record was deleted afterwards' },
    ]);
  });

  test.for([
    ['under way', "state = 'sending'"],
    ['in doubt', 'first_sent_at = now()'],
  ])('waits where its create is %s', async ([, set], { database }) => {
    await allowOperations(database, 'create', 'delete');
    await database.pool.query("INSERT INTO pylon.accounts (id, name) VALUES ('local-a', 'A')");
    await database.pool.query(`UPDATE pylon_sync.edits SET ${set}`);
    await database.pool.query('DELETE FROM pylon.accounts');
    expect(await editsIn(database)).toMatchObject([
      { operation: 'create' },
      { record_id: 'local-a', operation: 'delete', state: 'pending' },
    ]);
  });

  test('cannot be deleted while it is under way where Pylon deletes none', async ({ database }) => {
    await allowOperations(database, 'create', 'delete');
    await database.pool.query("INSERT INTO pylon.teams (name) VALUES ('A')");
    await database.pool.query("UPDATE pylon_sync.edits SET state = 'sending'");
    const error = await refusalOf(database, 'DELETE FROM pylon.teams');
    expect(error.message).toBe('DELETE of pylon.teams is refused: Pylon has no way to delete one');
  });
});
