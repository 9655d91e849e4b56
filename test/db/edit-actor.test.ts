import { expect, inject } from 'vitest';
import { asDaemon } from '../helpers/as-daemon.ts';
import { createDatabase, test } from '../helpers/database.ts';
import { allowOperations } from '../helpers/edit-permissions.ts';
import { editsIn } from '../helpers/edits.ts';
import { onServer } from '../helpers/server.ts';

test('an edit is that of the role that was set, whichever way it is made; without one, of the login', async () => {
  const database = await createDatabase();
  const anna = `${database.name}_anna`;
  const { url } = inject('server');
  await onServer(url, (client) => client.query(`CREATE ROLE ${anna} IN ROLE pylon_editor`));
  const as = (role: string, statement: string) =>
    database.pool.query(`BEGIN; SET LOCAL ROLE ${role}; ${statement}; COMMIT`);
  try {
    const { rows } = await database.pool.query<{ me: string }>('SELECT session_user::text AS me');
    const me = rows[0]?.me;
    await allowOperations(database, 'update', 'create', 'delete');
    await asDaemon(
      database.pool,
      "INSERT INTO pylon.issues (id, title, _hash) VALUES ('i1', 'One', 'h'); INSERT INTO pylon.accounts (id, name, _hash) VALUES ('a1', 'One', 'h')",
    );
    await as(anna, "UPDATE pylon.issues SET title = 'Two'");
    await as(anna, "INSERT INTO pylon.accounts (name) VALUES ('New')");
    await as(anna, "DELETE FROM pylon.accounts WHERE id = 'a1'");
    await as(anna, "SELECT pylon.snooze_issue('i1', '2027-01-01')");
    await as(anna, 'SELECT pylon_sync.discard_edit(1)');
    await database.pool.query("UPDATE pylon.issues SET title = 'Three'");
    const edits = await editsIn(database);
    expect(edits.map(({ actor }) => actor)).toEqual([anna, anna, anna, anna, me]);
    expect(edits[0]).toMatchObject({ state: 'discarded', error: `discarded by ${anna}` });
    // Hers are waited for, and nobody else's.
    const waited = async (role: string) => {
      const client = await database.pool.connect();
      try {
        await client.query(`SET ROLE ${role}`);
        return (await client.query("SELECT * FROM pylon_sync.wait_for_edits('0 seconds')")).rows;
      } finally {
        await client.query('RESET ROLE');
        client.release();
      }
    };
    expect(await waited(anna)).toEqual([{ state: 'pending', edits: '3' }]);
    expect(await waited('none')).toEqual([{ state: 'pending', edits: '1' }]);
  } finally {
    await database.drop();
    await onServer(url, (client) => client.query(`DROP ROLE ${anna}`));
  }
});
