import { describe, expect } from 'vitest';
import { views } from '../../src/db/bi/all.ts';
import { writableColumns } from '../../src/edits/body.ts';
import { resources } from '../../src/resources/index.ts';
import { asDaemon } from '../helpers/as-daemon.ts';
import { type TestDatabase, test } from '../helpers/database.ts';
import { allowOperations } from '../helpers/edit-permissions.ts';
import { editsIn } from '../helpers/edits.ts';

type Role = 'pylon_reader' | 'pylon_editor' | 'pylon_approver';
const ROLES: readonly Role[] = ['pylon_reader', 'pylon_editor', 'pylon_approver'];

/** Every privilege on a table, view or sequence of the schemas of this database that a role has. */
async function onTables({ pool }: TestDatabase, role: Role): Promise<readonly string[]> {
  const { rows } = await pool.query<{ held: string }>(
    `SELECT format('%s %s.%s', privilege, nspname, relname) AS held
       FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
      CROSS JOIN unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) AS privilege
      WHERE nspname LIKE 'pylon%' AND relkind IN ('r', 'v', 'm', 'p') AND has_table_privilege($1, pg_class.oid, privilege)
      UNION ALL
     SELECT format('%s %s.%s', privilege, nspname, relname)
       FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
      CROSS JOIN unnest('{USAGE,SELECT,UPDATE}'::text[]) AS privilege
      WHERE nspname LIKE 'pylon%' AND relkind = 'S' AND has_sequence_privilege($1, pg_class.oid, privilege)
      UNION ALL
     SELECT format('%s ON SCHEMA %s', privilege, nspname)
       FROM pg_namespace CROSS JOIN unnest('{CREATE,USAGE}'::text[]) AS privilege
      WHERE nspname LIKE 'pylon%' AND has_schema_privilege($1, oid, privilege)`,
    [role],
  );
  return rows.map(({ held }) => held).sort();
}

/** Functions that a role may call, other than triggers', which nobody can, and those that views are made of, which all can. */
async function functions({ pool }: TestDatabase, role: Role): Promise<readonly string[]> {
  const { rows } = await pool.query<{ held: string }>(
    `SELECT format('%s.%s', nspname, proname) AS held
       FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
      WHERE nspname IN ('pylon', 'pylon_sync') AND prorettype <> 'trigger'::regtype AND has_function_privilege($1, pg_proc.oid, 'EXECUTE')`,
    [role],
  );
  return rows.map(({ held }) => held).sort();
}

const schema = (name: string) => `USAGE ON SCHEMA ${name}`;
const reads = [
  ...resources.map(({ name }) => `SELECT pylon.${name}`),
  ...[...views.map(({ name }) => name), '_metabase_metadata'].map((name) => `SELECT pylon_bi.${name}`),
  ...['pylon', 'pylon_bi'].map(schema),
];
/** Of the daemon's own state. */
const STATE = [
  ...['audits', 'changes', 'ids', 'migrations', 'rereads', 'runs', 'scans', 'tombstones'].map(
    (name) => `SELECT pylon_sync.${name}`,
  ),
  schema('pylon_sync'),
];
const EDITS = [...STATE, 'SELECT pylon_sync.edits'];

const DECIDES = [
  'discard_edit',
  'discard_edits',
  'retry_edit',
  'retry_edits',
  'resolve_edit',
  'resolve_edits',
];
/** Those for people, and what they are made of: all run as their caller. */
const CALLS = [
  ...['wait_for_edits', 'undo', '_changed_columns', '_changed_fields', '_changed_set', '_put_columns'],
  ...['_columns_of', '_as_columns', '_awaited_edits', 'edit_results', 'real_id'],
];
/** What policies are made of, which everybody may call who reads what they guard. */
const POLICIES_ASK = ['pylon_sync._sees', 'pylon_sync._sees_all'];

describe('all that a role may', () => {
  const tables: Readonly<Record<Role, readonly string[]>> = {
    pylon_reader: [...reads, ...STATE],
    pylon_editor: [
      ...[...reads, ...EDITS],
      ...resources.flatMap(({ name, view, writes }) => [
        ...(writableColumns(writes, 'update').length > 0
          ? [`UPDATE pylon.${name}`, `UPDATE pylon_bi.${view?.name ?? name}`]
          : []),
        ...(writes?.create === undefined ? [] : [`INSERT pylon.${name}`]),
        ...(writes?.create === undefined && writes?.remove === undefined ? [] : [`DELETE pylon.${name}`]),
      ]),
    ],
    pylon_approver: [...reads, ...EDITS],
  };

  test.for(ROLES)('on tables: %s', async (role, { database }) => {
    expect(await onTables(database, role)).toEqual([...tables[role]].sort());
  });

  test.for(ROLES)('of rejected records: why, and not what they hold: %s', async (role, { database }) => {
    const { rows } = await database.pool.query(
      `SELECT attname AS name FROM pg_attribute WHERE attrelid = 'pylon_sync.rejected_records'::regclass AND attnum > 0
          AND has_column_privilege($1, attrelid, attnum, 'SELECT') ORDER BY attnum`,
      [role],
    );
    expect(rows.map(({ name }) => name)).toEqual(['id', 'resource', 'record_id', 'reason', 'seen_at']);
  });

  test('call: an editor decides about edits and asks for actions, an approver lets drafts go', async ({
    database,
  }) => {
    expect(await functions(database, 'pylon_reader')).toEqual(POLICIES_ASK);
    expect(await functions(database, 'pylon_approver')).toEqual([
      ...POLICIES_ASK,
      'pylon_sync.approve_edit',
      'pylon_sync.approve_edits',
      'pylon_sync.decide_in_parts',
    ]);
    const held = await functions(database, 'pylon_editor');
    const actions = held.filter((name) => name.startsWith('pylon.'));
    expect(actions).toContain('pylon.snooze_issue');
    expect(held.filter((name) => !actions.includes(name))).toEqual(
      [
        ...['decide_in_parts', ...DECIDES, ...CALLS].map((name) => `pylon_sync.${name}`),
        ...POLICIES_ASK,
      ].sort(),
    );
  });

  test('find in pylon_sync: functions for people, each with a comment, and internal ones after an underscore', async ({
    database,
  }) => {
    const { rows } = await database.pool.query<{ name: string; comment: string | null; isPublic: boolean }>(
      `SELECT proname AS name, obj_description(oid) AS comment, has_function_privilege('public', oid, 'EXECUTE') AS "isPublic"
         FROM pg_proc WHERE pronamespace = 'pylon_sync'::regnamespace ORDER BY proname`,
    );
    const [internal, named] = [true, false].map((is) =>
      rows.filter(({ name }) => name.startsWith('_') === is),
    );
    expect(named?.map(({ name }) => name)).toEqual(
      [
        ...['approve_edit', 'approve_edits', 'decide_in_parts', ...DECIDES],
        ...['edit_results', 'real_id', 'undo', 'wait_for_edits'],
      ].sort(),
    );
    expect(named?.filter(({ comment, isPublic }) => comment === null || isPublic)).toEqual([]);
    expect(internal?.filter(({ isPublic }) => isPublic).map(({ name }) => `pylon_sync.${name}`)).toEqual(
      POLICIES_ASK,
    );
  });

  test('read, of what is made later: that too', async ({ database }) => {
    await database.pool.query(
      'CREATE VIEW pylon_bi.later AS SELECT 1 AS one; CREATE TABLE pylon.later (id text)',
    );
    for (const role of ROLES)
      expect(await onTables(database, role)).toEqual(
        [...tables[role], 'SELECT pylon_bi.later', 'SELECT pylon.later'].sort(),
      );
  });

  test('own: nothing', async ({ database }) => {
    const { rows } = await database.pool.query(
      `SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls
         FROM pg_roles WHERE rolname = ANY ($1) ORDER BY 1`,
      [ROLES],
    );
    const nothing = {
      ...{ rolsuper: false, rolcreaterole: false, rolcreatedb: false, rolcanlogin: false },
      ...{ rolreplication: false, rolbypassrls: false },
    };
    expect(rows).toEqual([...ROLES].sort().map((rolname) => ({ rolname, ...nothing })));
  });
});

test('what a caller puts before the names that triggers use is not what they use', async ({ database }) => {
  await allowOperations(database, 'update', 'create', 'delete');
  await asDaemon(
    database.pool,
    `INSERT INTO pylon.accounts (id, name, tags, _hash) VALUES ('a1', 'One', '{x}', 'h'), ('a2', 'Two', '{}', 'h')`,
  );
  const client = await database.pool.connect();
  // In a schema of their own and in the temporary one: tables, functions and an operator of names that Postgres has.
  await client.query(`
    CREATE SCHEMA evil; GRANT ALL ON SCHEMA evil TO pylon_editor;
    CREATE TABLE evil.bent (by text); GRANT ALL ON evil.bent TO PUBLIC;
    SET ROLE pylon_editor;
    CREATE FUNCTION evil.bend(what text) RETURNS text LANGUAGE sql AS
      $$ INSERT INTO evil.bent VALUES (what); SELECT what $$;
    CREATE FUNCTION evil.jsonb_build_object(text, jsonb) RETURNS jsonb LANGUAGE sql AS
      $$ SELECT to_jsonb(evil.bend('jsonb_build_object')) $$;
    CREATE FUNCTION evil.to_jsonb(text) RETURNS jsonb LANGUAGE sql AS $$ SELECT '"bent"'::jsonb $$;
    CREATE FUNCTION evil.lower(text) RETURNS text LANGUAGE sql AS $$ SELECT evil.bend('lower') $$;
    CREATE FUNCTION evil.current_setting(text, boolean) RETURNS text LANGUAGE sql AS $$ SELECT 'on' $$;
    CREATE FUNCTION evil.pg_has_role(name, text, text) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
    CREATE FUNCTION evil.differ(text, text) RETURNS boolean LANGUAGE sql AS $$ SELECT false $$;
    CREATE OPERATOR evil.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.differ);
    CREATE TEMP TABLE edits (id bigint); CREATE TEMP TABLE settings (key text, value jsonb);
    SET search_path = evil, pg_temp, pg_catalog, pylon_sync;
    SET pylon_sync.daemon = 'on';
    UPDATE pylon.accounts SET name = 'New', tags = '{x,y}' WHERE id = 'a1';
    INSERT INTO pylon.accounts (id, name) VALUES ('local-1', 'Made');
    DELETE FROM pylon.accounts WHERE id = 'a2';
    RESET ALL; RESET ROLE`);
  const { rows } = await client.query('SELECT by FROM evil.bent');
  await client.query('DROP TABLE pg_temp.edits, pg_temp.settings; DROP SCHEMA evil CASCADE');
  client.release();
  expect(rows).toEqual([]);
  expect(await editsIn(database)).toMatchObject([
    {
      record_id: 'a1',
      operation: 'update',
      changes: { name: 'New', tags: ['x', 'y'] },
      base: { name: 'One', tags: ['x'] },
    },
    { record_id: 'local-1', operation: 'create', changes: { name: 'Made' } },
    { record_id: 'a2', operation: 'delete' },
  ]);
});
