import type pg from 'pg';
import { expect, inject } from 'vitest';
import { views } from '../../../src/db/bi/all.ts';
import { migrate } from '../../../src/db/schema/migrate.ts';
import { asDaemon } from '../../helpers/as-daemon.ts';
import { withRole } from '../../helpers/beside.ts';
import { createDatabase, test } from '../../helpers/database.ts';
import { allowOperations } from '../../helpers/edit-permissions.ts';
import { install } from '../../helpers/fields.ts';
import { onServer, poolTo } from '../../helpers/server.ts';

/** A pool whose connections are those of a role. */
function poolAs(url: string, role: string): pg.Pool {
  const own = new URL(url);
  own.searchParams.set('options', `-c role=${role}`);
  return poolTo({ connectionString: own.href, max: 2 });
}

test('whatever default privileges take away, each role has all that it is for, and the owner what it owns', {
  timeout: 60_000,
}, async () => {
  const database = await createDatabase({ migrated: false });
  const owner = `${database.name}_owner`;
  const { url } = inject('server');
  await onServer(url, (client) => client.query(`CREATE ROLE ${owner}`));
  const [own, reader, editor, approver] = [owner, 'pylon_reader', 'pylon_editor', 'pylon_approver'].map(
    (role) => poolAs(database.url, role),
  ) as [pg.Pool, pg.Pool, pg.Pool, pg.Pool];
  try {
    await database.pool.query(`GRANT CREATE ON DATABASE ${database.name} TO ${owner}`);
    // Of functions and types the owner keeps its own: where nobody at all is left with anything, Postgres gives what it
    // gives without default privileges.
    const taken = { PUBLIC: ['FUNCTIONS', 'TYPES'], [owner]: ['TABLES', 'SEQUENCES', 'SCHEMAS'] };
    for (const [from, kinds] of Object.entries(taken))
      await own.query(
        kinds.map((what) => `ALTER DEFAULT PRIVILEGES REVOKE ALL ON ${what} FROM ${from}`).join(';'),
      );
    await migrate(own);
    await asDaemon(
      own,
      `INSERT INTO pylon.issues (id, number, title, custom_fields) VALUES ('i1', 1, 'One', '{"seats": "12"}');
       INSERT INTO pylon.custom_fields (id, object_type, slug, type, label) VALUES ('1', 'issue', 'seats', 'number', 'Seats')`,
    );
    await install({ ...database, pool: own });
    await allowOperations({ ...database, pool: own }, 'update', 'create');
    for (const pool of [reader, editor, approver, own])
      for (const { name } of views) await pool.query(`SELECT * FROM pylon_bi.${name}`);
    expect((await reader.query('SELECT cf_seats::int AS seats FROM pylon_bi.issues')).rows).toEqual([
      { seats: 12 },
    ]);

    await editor.query(
      "BEGIN; SET LOCAL pylon_sync.draft = on; UPDATE pylon.issues SET title = 'Mine', tags = '{x}'; COMMIT",
    );
    await editor.query("INSERT INTO pylon.accounts (name) VALUES ('New')");
    await editor.query("SELECT pylon.snooze_issue('i1', now() + interval '1 day')");
    await approver.query(
      'SELECT pylon_sync.approve_edits(ARRAY(SELECT id FROM pylon_sync.edits WHERE state = $1))',
      ['draft'],
    );
    const { rows } = await editor.query('SELECT operation, state FROM pylon_sync.edits ORDER BY id');
    expect(rows).toEqual(
      ['update', 'create', 'action'].map((operation) => ({ operation, state: 'pending' })),
    );
    await editor.query(
      "SELECT pylon_sync.discard_edits(ARRAY(SELECT id FROM pylon_sync.edits WHERE operation = 'update'))",
    );
    await expect(reader.query("UPDATE pylon.issues SET title = ''")).rejects.toThrow('permission denied');
    await expect(reader.query('SELECT pylon_sync.approve_edit(1)')).rejects.toThrow('permission denied');

    // What is made later, too.
    await own.query('CREATE VIEW pylon_bi.later AS SELECT pylon_bi.to_number($$1$$) AS one');
    await reader.query('SELECT * FROM pylon_bi.later');
  } finally {
    await Promise.all([own, reader, editor, approver].map((pool) => pool.end()));
    await database.drop();
    await onServer(url, (client) => client.query(`DROP ROLE ${owner}`));
  }
});

test('what somebody has revoked stays revoked, whatever a later version installs; a new role has all of it', async ({
  database,
}) => {
  const { pool } = database;
  const may = async (what: string) =>
    (await pool.query(`SELECT has_table_privilege('pylon_reader', '${what}', 'SELECT') AS may`)).rows[0]?.may;
  await pool.query('REVOKE SELECT ON pylon.issue_messages, pylon_bi.messages FROM pylon_reader');
  await pool.query("DELETE FROM pylon_sync.settings WHERE key IN ('capture', 'views')");
  await migrate(pool);
  expect([await may('pylon.issue_messages'), await may('pylon_bi.messages')]).toEqual([false, false]);
  expect(await may('pylon_bi.issues')).toBe(true);
  // As in a restored database, where nothing of what was granted came along.
  await pool.query(
    'REVOKE ALL ON SCHEMA pylon FROM pylon_reader; REVOKE ALL ON ALL TABLES IN SCHEMA pylon, pylon_bi FROM pylon_reader',
  );
  await migrate(pool);
  expect([await may('pylon.issue_messages'), await may('pylon_bi.issues')]).toEqual([true, true]);
});

test("somebody else's view in pylon_bi does not stop a migration, and stays its own", async ({
  database,
}) => {
  const { pool } = database;
  const name = `someone_${new URL(database.url).pathname.slice(1)}`;
  await withRole(database, name, async (owner) => {
    await pool.query(
      `GRANT CREATE ON SCHEMA pylon_bi TO ${owner}; SET ROLE ${owner}; CREATE VIEW pylon_bi.own AS SELECT 1 AS one; RESET ROLE;
       DELETE FROM pylon_sync.settings WHERE key = 'capture'`,
    );
    await migrate(pool);
    const { rows } = await pool.query(
      "SELECT has_table_privilege('pylon_reader', 'pylon_bi.own', 'SELECT') AS may",
    );
    expect(rows).toEqual([{ may: false }]);
  });
});

test('logins that are members of the owner of the tables work on them in turn', {
  timeout: 60_000,
}, async () => {
  const database = await createDatabase();
  const { url } = inject('server');
  const [owner, one, other] = ['owner', 'one', 'other'].map((name) => `${database.name}_${name}`) as [
    string,
    string,
    string,
  ];
  const logins = [one, other].map((role) => poolAs(database.url, role));
  try {
    await database.pool.query(`
      CREATE ROLE ${owner}; CREATE ROLE ${one} IN ROLE ${owner}; CREATE ROLE ${other} IN ROLE ${owner};
      GRANT CREATE ON DATABASE ${database.name} TO ${owner};
      DO $$ DECLARE made text; BEGIN
        FOR made IN SELECT format('SCHEMA %I', nspname) FROM pg_namespace WHERE nspname LIKE 'pylon%'
          UNION ALL SELECT format('TABLE %s', oid::regclass) FROM pg_class WHERE relkind = 'r' AND relnamespace::regnamespace::text LIKE 'pylon%'
          UNION ALL SELECT format('VIEW %s', oid::regclass) FROM pg_class WHERE relkind = 'v' AND relnamespace::regnamespace::text LIKE 'pylon%'
          UNION ALL SELECT format('ROUTINE %s', oid::regprocedure) FROM pg_proc WHERE pronamespace::regnamespace::text LIKE 'pylon%' LOOP
          EXECUTE format('ALTER %s OWNER TO ${owner}', made);
        END LOOP; END $$`);
    for (const pool of logins) await migrate(pool);
    for (const [n, pool] of logins.entries())
      await asDaemon(pool, `INSERT INTO pylon.issues (id, title, _hash) VALUES ('i${n}', 'One', 'h')`);
    const { rows } = await database.pool.query('SELECT count(*)::integer AS edits FROM pylon_sync.edits');
    expect(rows).toEqual([{ edits: 0 }]);
  } finally {
    await Promise.all(logins.map((pool) => pool.end()));
    await database.drop();
    await onServer(url, (client) => client.query(`DROP ROLE ${one}, ${other}, ${owner}`));
  }
});
