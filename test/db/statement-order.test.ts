import { describe, expect } from 'vitest';
import { asDaemon } from '../helpers/as-daemon.ts';
import { test } from '../helpers/database.ts';
import { allowOperations, refusalOf } from '../helpers/edit-permissions.ts';
import { editsIn } from '../helpers/edits.ts';

const ROWS = `
  INSERT INTO pylon.issues (id, number, title, state, type) VALUES ('i1', 1, 'One', 'new', 'ticket'), ('i2', 2, 'Two', 'new', 'ticket');
  INSERT INTO pylon.accounts (id, name, domains, primary_domain)
  VALUES ('a1', 'Acme', '{acme.example}', 'acme.example'), ('a2', 'Bee', '{b.example,c.example}', 'b.example'), ('a3', 'Sea', NULL, NULL)`;

describe('a statement that is refused for several reasons names', () => {
  test('the operation, then what is missing, then what is wrong', async ({ database }) => {
    await asDaemon(database.pool, ROWS);
    const bad = "UPDATE pylon.issues SET type = 'phone', customer_portal_visible = NULL, title = NULL";
    await allowOperations(database, 'create');
    expect((await refusalOf(database, bad)).message).toBe('edits of the kind "update" are not allowed here');
    await allowOperations(database, 'update');
    expect(await refusalOf(database, bad)).toMatchObject({
      message: 'column "title" of pylon.issues cannot be emptied: Pylon has no way to',
      code: '23502',
    });
    expect((await refusalOf(database, "UPDATE pylon.issues SET type = 'phone'")).message).toContain(
      '"phone"',
    );

    const insert =
      "INSERT INTO pylon.macros (id, has_actions, macro_group_id, text_type) VALUES ('m', true, 'g', 'nope')";
    expect((await refusalOf(database, insert)).message).toBe(
      'edits of the kind "create" are not allowed here',
    );
    await allowOperations(database, 'create');
    expect((await refusalOf(database, insert)).message).toContain("the id 'm' cannot be given");
    const left = insert.replace("'m', true", 'NULL, NULL');
    expect((await refusalOf(database, left)).message).toBe('a row of pylon.macros needs "name"');
    const named = left.replace('(id', '(name, text_html, id').replace('(NULL', "('n', 'h', NULL");
    expect((await refusalOf(database, named)).message).toContain('cannot be "nope"');
  });

  test('nothing of what is allowed where a trigger of a user’s edits within the daemon’s transaction', async ({
    database,
  }) => {
    await asDaemon(database.pool, ROWS);
    await database.pool.query(`
      CREATE FUNCTION public.retitle() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN UPDATE pylon.issues SET title = 'By trigger' WHERE id = 'i2'; RETURN NULL; END $$;
      CREATE TRIGGER retitle AFTER UPDATE ON pylon.accounts FOR EACH ROW EXECUTE FUNCTION public.retitle()`);
    await allowOperations(database);
    await asDaemon(database.pool, "UPDATE pylon.accounts SET name = 'New' WHERE id = 'a1'");
    expect(await editsIn(database)).toMatchObject([{ record_id: 'i2', state: 'draft' }]);
  });

  test('no constraint, where Pylon creates none of the kind', async ({ database }) => {
    for (const [statement, code] of [
      ["INSERT INTO pylon.users (name) VALUES ('x')", '0A000'],
      ['INSERT INTO pylon.audit_logs (id) VALUES (NULL)', '0A000'],
      ['DELETE FROM pylon.users', undefined],
    ] as const) {
      if (code === undefined) expect((await database.pool.query(statement)).rowCount).toBe(0);
      else
        expect(await refusalOf(database, statement)).toMatchObject({
          code,
          message: expect.stringContaining('is refused'),
        });
    }
  });
});

describe('what a statement leaves out is filled in', () => {
  test('the id of a new row, also where it is given as NULL', async ({ database }) => {
    await allowOperations(database, 'create');
    const { rows } = await database.pool.query(
      "INSERT INTO pylon.accounts (id, name) VALUES (NULL, 'A'), (DEFAULT, 'B') RETURNING id",
    );
    expect(rows.map(({ id }) => id)).toEqual([
      expect.stringMatching(/^local-.{36}$/),
      expect.stringMatching(/^local-.{36}$/),
    ]);
    expect(rows[0]?.id).not.toBe(rows[1]?.id);
    expect((await editsIn(database)).map(({ record_id }) => record_id)).toEqual(rows.map(({ id }) => id));
  });

  test('the primary domain, where there is one domain and none was named', async ({ database }) => {
    await asDaemon(database.pool, ROWS);
    await allowOperations(database, 'create', 'update');
    const one = async (statement: string) => (await database.pool.query(statement)).rows[0]?.primary_domain;
    expect(
      await one(
        "INSERT INTO pylon.accounts (name, domains) VALUES ('N', '{n.example}') RETURNING primary_domain",
      ),
    ).toBe('n.example');
    expect(
      await one(
        "UPDATE pylon.accounts SET domains = '{new.example}' WHERE id = 'a1' RETURNING primary_domain",
      ),
    ).toBe('new.example');
    expect(
      await one("UPDATE pylon.accounts SET domains = '{c.example}' WHERE id = 'a2' RETURNING primary_domain"),
    ).toBe('c.example');
    expect(await editsIn(database)).toMatchObject([
      { changes: { domains: ['n.example'], primary_domain: 'n.example' } },
      { changes: { domains: ['new.example'], primary_domain: 'new.example' } },
      {
        changes: { domains: ['c.example'], primary_domain: 'c.example' },
        base: { primary_domain: 'b.example' },
      },
    ]);
    for (const statement of [
      "UPDATE pylon.accounts SET domains = '{x.example}', primary_domain = 'y.example' WHERE id = 'a2'",
      "UPDATE pylon.accounts SET domains = '{x.example,z.example}' WHERE id = 'a3'",
      "INSERT INTO pylon.accounts (name, domains, primary_domain) VALUES ('N', '{n.example}', 'y.example')",
    ])
      expect((await refusalOf(database, statement)).message).toContain('primary_domain is one of them');
  });
});
