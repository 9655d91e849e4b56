import { expect } from 'vitest';
import { views } from '../../../src/db/bi/all.ts';
import { asDaemon } from '../../helpers/as-daemon.ts';
import { test } from '../../helpers/database.ts';
import { refusalOf } from '../../helpers/edit-permissions.ts';

test('no view takes a change: it is refused with the table that the view shows', async ({ database }) => {
  for (const { name } of views) {
    const { code, message } = await refusalOf(database, `INSERT INTO pylon_bi.${name} DEFAULT VALUES`);
    expect([name, code]).toEqual([name, '0A000']);
    expect(message).toMatch(/^INSERT of pylon_bi\.\w+ is refused: it shows pylon(_sync)?\.\w+$/);
  }
  await asDaemon(
    database.pool,
    `INSERT INTO pylon.accounts (id, name) VALUES ('a1', 'Acme');
    INSERT INTO pylon_sync.changes (resource, record_id, field) VALUES ('accounts', 'a1', 'name');
    INSERT INTO pylon.user_roles (id, name) VALUES ('r1', 'Agent')`,
  );
  for (const statement of ["UPDATE pylon_bi.user_roles SET name = 'x'", 'DELETE FROM pylon_bi.user_roles'])
    expect(await refusalOf(database, statement)).toMatchObject({
      ...{ code: '0A000', hint: 'Change pylon.user_roles, and Pylon follows.' },
      message: expect.stringContaining('it shows pylon.user_roles'),
    });
  expect(
    (await refusalOf(database, "UPDATE pylon_bi.field_changes SET changed_by = 'me'")).message,
  ).toContain('pylon_sync.changes');
});

test('a trigger that says what a change of a view means is left to it', async ({ database }) => {
  const { pool } = database;
  await asDaemon(pool, "INSERT INTO pylon.accounts (id, name) VALUES ('a1', 'Acme')");
  await pool.query(`
    CREATE FUNCTION public.meant() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN UPDATE pylon.accounts SET name = NEW.name WHERE id = NEW.id; RETURN NEW; END $$;
    CREATE TRIGGER meant INSTEAD OF UPDATE ON pylon_bi.accounts FOR EACH ROW EXECUTE FUNCTION public.meant()`);
  await pool.query("UPDATE pylon_bi.accounts SET name = 'New'");
  expect((await pool.query('SELECT name FROM pylon.accounts')).rows).toEqual([{ name: 'New' }]);
  expect((await refusalOf(database, 'DELETE FROM pylon_bi.accounts')).code).toBe('0A000');
});

test('the bound of what is committed is asked for once a statement', async ({ database }) => {
  const { rows } = await database.pool.query(
    "SELECT provolatile::text AS kind FROM pg_proc WHERE oid = 'pylon_bi.synced_until()'::regprocedure",
  );
  expect(rows).toEqual([{ kind: 's' }]);
});
