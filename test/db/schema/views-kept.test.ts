import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import { migrate } from '../../../src/db/schema/migrate.ts';
import { asDaemon } from '../../helpers/as-daemon.ts';
import { withRole } from '../../helpers/beside.ts';
import { type TestDatabase, test } from '../../helpers/database.ts';
import { columnsOf, define, install } from '../../helpers/fields.ts';

const roleName = () => `bi_${randomUUID().replaceAll('-', '')}`;

async function optionsOf({ pool }: TestDatabase, view: string): Promise<readonly string[]> {
  const { rows } = await pool.query('SELECT reloptions FROM pg_class WHERE oid = $1::text::regclass', [
    `pylon_bi.${view}`,
  ]);
  return rows[0]?.reloptions;
}

const PLAN = "('1', 'account', 'plan', 'text', 'Plan', NULL)";

describe('a view that is replaced keeps', () => {
  test('its options: who saw some rows sees no others', async ({ database }) => {
    const { pool } = database;
    const { rows } = await pool.query("SELECT current_setting('server_version_num')::int >= 150000 AS knows");
    // 14 has no security_invoker.
    const options = ['security_barrier=true', ...(rows[0]?.knows ? ['security_invoker=true'] : [])];
    await withRole(database, roleName(), async (role) => {
      await asDaemon(
        pool,
        "INSERT INTO pylon.accounts (id, name) SELECT 'a' || n, 'Account ' || n FROM generate_series(1, 21) AS n",
      );
      await pool.query(`
      GRANT SELECT ON ALL TABLES IN SCHEMA pylon, pylon_bi TO ${role};
      ALTER TABLE pylon.accounts ENABLE ROW LEVEL SECURITY;
      CREATE POLICY two ON pylon.accounts USING (id IN ('a1', 'a2'));
      ALTER VIEW pylon_bi.accounts SET (${options.join(', ')})`);
      const seen = async () => {
        const client = await pool.connect();
        await client.query(`SET ROLE ${role}`);
        const { rowCount } = await client.query('SELECT id FROM pylon_bi.accounts');
        await client.query('RESET ROLE');
        client.release();
        return rowCount;
      };
      const before = await seen();
      if (rows[0]?.knows) expect(before).toBe(2);
      await define(database, PLAN);
      expect((await install(database)).made).toEqual(['pylon_bi.accounts']);
      expect(await columnsOf(database, 'accounts')).toContain('cf_plan');
      expect([...(await optionsOf(database, 'accounts'))].sort()).toEqual(options);
      expect(await seen()).toBe(before);
    });
  });

  test('grants, also of columns, rules, triggers, defaults, its owner and comments of people', async ({
    database,
  }) => {
    const { pool } = database;
    await withRole(database, roleName(), (role) =>
      withRole(database, roleName(), async (owner) => {
        await pool.query(`
      GRANT SELECT (id, name) ON pylon_bi.accounts TO ${role};
      REVOKE SELECT ON pylon_bi.accounts FROM pylon_reader;
      COMMENT ON COLUMN pylon_bi.accounts.name IS 'As it is on invoices.';
      COMMENT ON VIEW pylon_bi.accounts IS 'Whom we sell to.';
      COMMENT ON COLUMN pylon.accounts.name IS 'As it is on contracts.';
      ALTER VIEW pylon_bi.accounts ALTER COLUMN name SET DEFAULT 'unnamed';
      CREATE RULE silent AS ON DELETE TO pylon_bi.accounts DO INSTEAD NOTHING;
      CREATE FUNCTION public.instead() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
      CREATE TRIGGER instead INSTEAD OF UPDATE ON pylon_bi.accounts FOR EACH ROW EXECUTE FUNCTION public.instead();
      GRANT CREATE ON SCHEMA pylon_bi TO ${owner};
      ALTER VIEW pylon_bi.accounts OWNER TO ${owner}; GRANT SELECT ON ALL TABLES IN SCHEMA pylon TO ${owner}`);
        const state = async () =>
          (
            await pool.query(`
          SELECT relowner::regrole::text AS owner, relacl::text, reloptions, obj_description(c.oid) AS comment,
                 (SELECT array_agg(tgname::text ORDER BY tgname) FROM pg_trigger WHERE tgrelid = c.oid) AS triggers,
                 (SELECT array_agg(rulename::text ORDER BY rulename) FROM pg_rewrite WHERE ev_class = c.oid) AS rules,
                 (SELECT array_agg(pg_get_expr(adbin, adrelid)) FROM pg_attrdef WHERE adrelid = c.oid) AS defaults,
                 (SELECT attacl::text || col_description(c.oid, attnum) FROM pg_attribute
                   WHERE attrelid = c.oid AND attname = 'name') AS of_column,
                 col_description('pylon.accounts'::regclass, (SELECT attnum FROM pg_attribute
                   WHERE attrelid = 'pylon.accounts'::regclass AND attname = 'name')) AS of_table
            FROM pg_class AS c WHERE c.oid = 'pylon_bi.accounts'::regclass`)
          ).rows[0];
        const before = await state();
        await define(database, PLAN);
        expect((await install(database)).made).toEqual(['pylon_bi.accounts']);
        expect(await columnsOf(database, 'accounts')).toContain('cf_plan');
        expect(await state()).toEqual(before);
        // The same with a version that makes everything anew.
        await pool.query("DELETE FROM pylon_sync.settings WHERE key IN ('views', 'capture')");
        await migrate(pool);
        expect(await state()).toEqual(before);
      }),
    );
  });
});

test('a view whose options the server refuses for its replacement keeps its former form, and is named', async ({
  database,
}) => {
  const { pool } = database;
  // Of a view that joins others, as one that had joined nothing may come to do.
  await pool.query(
    "UPDATE pg_class SET reloptions = '{check_option=cascaded,security_barrier=true}' WHERE oid = 'pylon_bi.accounts'::regclass",
  );
  await define(database, `${PLAN}, ('2', 'issue', 'seats', 'number', 'Seats', NULL)`);
  const { made, troubles } = await install(database);
  expect(made).toEqual(['pylon_bi.issues']);
  expect(troubles).toMatchObject([
    { relation: 'pylon_bi.accounts', because: expect.stringContaining('WITH CHECK OPTION') },
  ]);
  expect(await columnsOf(database, 'accounts')).not.toContain('cf_plan');
  expect(await optionsOf(database, 'accounts')).toEqual(['check_option=cascaded', 'security_barrier=true']);
});

test('an upgrade goes by what people made of a view: it is named, all else is made', async ({ database }) => {
  const { pool } = database;
  await pool.query(`
    DROP VIEW pylon_bi.account_tags; CREATE TABLE pylon_bi.account_tags (mine text);
    DELETE FROM pylon_sync.settings WHERE key = 'views'; DROP VIEW pylon_bi.issue_tags`);
  await migrate(pool);
  expect(await columnsOf(database, 'issue_tags')).toContain('tag');
  const { rows } = await pool.query("SELECT value FROM pylon_sync.settings WHERE key = 'view_troubles'");
  expect(rows[0]?.value).toMatchObject([
    { relation: 'pylon_bi.account_tags', because: expect.stringContaining('is not a view') },
  ]);
  await pool.query('DROP TABLE pylon_bi.account_tags');
  await migrate(pool);
  expect(await columnsOf(database, 'account_tags')).toContain('tag');
});
