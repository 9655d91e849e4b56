import { describe, expect } from 'vitest';
import { readAltered } from '../../src/db/mirror/altered.ts';
import { attentionOf } from '../../src/db/status/attention.ts';
import { resourceNamed } from '../../src/resources/index.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { editsIn, push, statesIn } from '../helpers/edits.ts';
import { type Mirrored, test } from '../helpers/session.ts';
import { mirrorStatus } from '../helpers/status-fixtures.ts';

/** Enough, and read sooner than everything. */
const ONLY = { resources: ['accounts', 'issues'].map(resourceNamed) };

const sql = ({ pool }: TestDatabase, text: string) => pool.query(text);

/** A trigger of the user's own. */
const trigger = (database: TestDatabase, when: string, body: string) =>
  sql(
    database,
    `CREATE FUNCTION public.mine() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} END $$;
     CREATE TRIGGER my_own ${when} FOR EACH ROW EXECUTE FUNCTION public.mine()`,
  );

/** One that tags the account of an issue that is closed. */
const tagging = (database: TestDatabase) =>
  trigger(
    database,
    'AFTER UPDATE ON pylon.issues',
    `IF NEW.state = 'closed' THEN
       UPDATE pylon.accounts SET tags = tags || '{churned}' WHERE id = NEW.account_id AND NOT tags @> '{churned}';
     END IF; RETURN NULL;`,
  );

/** An issue that is open, and its account. */
async function openIssue({ pool }: TestDatabase): Promise<{ id: string; account: string }> {
  const { rows } = await pool.query(
    "SELECT id, account_id AS account FROM pylon.issues WHERE state <> 'closed' AND account_id IS NOT NULL ORDER BY id LIMIT 1",
  );
  return rows[0];
}

/** Somebody changes a record in Pylon, and the daemon reads it. */
async function changed(mirrored: Mirrored, resource: string, id: string, fields: Record<string, unknown>) {
  mirrored.sandbox.world.patch(resource, id, fields);
  await mirrored.session.hint(resource, id);
  await mirrored.session.drain();
}

const named = async ({ session }: Mirrored) =>
  attentionOf(mirrorStatus({ altered: await readAltered(session.ctx.db.orm) })).map(({ what }) => what);

const tagsOf = ({ sandbox }: Mirrored, id: string) => sandbox.world.get('accounts', id)?.tags;

describe('what a trigger of the user’s own writes when the daemon does', () => {
  test('is an edit like any other', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 20 }, ONLY);
    await push(mirrored);
    await tagging(database);
    const { id, account } = await openIssue(database);
    await changed(mirrored, 'issues', id, { state: 'closed' });
    expect(await editsIn(database)).toMatchObject([
      { resource: 'accounts', record_id: account, operation: 'update', state: 'pending' },
    ]);
    await push(mirrored);
    expect(await statesIn(database)).toEqual(['applied']);
    expect(tagsOf(mirrored, account)).toContain('churned');
  });

  test('waits for a person where it is not allowed, and keeps no row of Pylon’s out', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 20 }, ONLY);
    await push(mirrored, { allow: [] });
    await tagging(database);
    const { id } = await openIssue(database);
    await changed(mirrored, 'issues', id, { state: 'closed' });
    expect(await statesIn(database)).toEqual(['draft']);
    const { rows } = await sql(database, `SELECT state FROM pylon.issues WHERE id = '${id}'`);
    expect(rows).toEqual([{ state: 'closed' }]);
  });

  test('waits for a person where Pylon has refused the same', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 20 }, ONLY);
    await push(mirrored);
    await trigger(
      database,
      'AFTER UPDATE ON pylon.issues',
      "IF NEW.title <> 'Ours' THEN UPDATE pylon.issues SET title = 'Ours' WHERE id = NEW.id; END IF; RETURN NULL;",
    );
    const { id } = await openIssue(database);
    await changed(mirrored, 'issues', id, { title: 'Theirs' });
    mirrored.sandbox.faults.add({ endpoint: 'PATCH /issues/{id}', kind: '403', times: 5 });
    await push(mirrored);
    await push(mirrored);
    expect(await statesIn(database)).toEqual(['failed', 'draft']);
  });

  test('waits for a person where it answers each write with another one', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 20 }, ONLY);
    await push(mirrored);
    await trigger(
      database,
      'AFTER UPDATE ON pylon.issues',
      "IF pg_trigger_depth() = 1 THEN UPDATE pylon.issues SET title = title || '!' WHERE id = NEW.id; END IF; RETURN NULL;",
    );
    const { id } = await openIssue(database);
    await changed(mirrored, 'issues', id, { title: 'Theirs' });
    for (let times = 0; times < 3; times += 1) await push(mirrored);
    const [first, ...others] = await statesIn(database);
    expect([first, ...new Set(others)]).toEqual(['applied', 'draft']);
    expect(mirrored.sandbox.world.get('issues', id)?.title).toBe('Theirs!');
  });

  test('is none where it only decides about edits', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 20 }, ONLY);
    await push(mirrored);
    const { id } = await openIssue(database);
    const { rows } = await sql(database, `SELECT title FROM pylon.issues WHERE id = '${id}'`);
    await sql(database, `UPDATE pylon.issues SET title = 'Mine' WHERE id = '${id}'`);
    await sql(database, 'CREATE TABLE public.decisions (edit bigint)');
    await trigger(
      database,
      'AFTER INSERT ON public.decisions',
      'PERFORM pylon_sync.discard_edit(NEW.edit); RETURN NULL;',
    );
    await sql(database, 'INSERT INTO public.decisions VALUES (1)');
    expect(await statesIn(database)).toEqual(['discarded']);
    expect((await sql(database, `SELECT title FROM pylon.issues WHERE id = '${id}'`)).rows).toEqual(rows);
  });
});

describe('what a trigger of the user’s own writes of the row that fires it', () => {
  const FIRST = { allow: ['create', 'delete', 'update', 'message'] };
  const inserting = (database: TestDatabase, body: string) =>
    sql(
      database,
      `CREATE FUNCTION public.mine() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF NEW.id LIKE 'local-%' THEN ${body} END IF; RETURN NULL; END $$;
       CREATE TRIGGER a_first AFTER INSERT ON pylon.issues FOR EACH ROW EXECUTE FUNCTION public.mine();`,
    );
  const INSERT =
    "INSERT INTO pylon.issues (title, body_html, account_id) SELECT 'Made here', '<p>Text</p>', min(id) FROM pylon.accounts";

  test('follows the INSERT of it', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 }, ONLY);
    await push(mirrored, FIRST);
    await inserting(
      database,
      `PERFORM pylon.add_note(NEW.id, '<p>A note</p>'); UPDATE pylon.issues SET title = 'Tidied' WHERE id = NEW.id;`,
    );
    await sql(database, INSERT);
    expect((await editsIn(database)).map(({ operation }) => operation)).toEqual([
      'create',
      'action',
      'update',
    ]);
    await push(mirrored, FIRST);
    await push(mirrored, FIRST);
    expect(await statesIn(database)).toEqual(['applied', 'applied', 'applied']);
    expect(
      [...mirrored.sandbox.world.all('issues')].filter(({ object }) => object.title === 'Tidied'),
    ).toHaveLength(1);
  });

  test('is nothing where it deletes the new row', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 }, ONLY);
    await push(mirrored, FIRST);
    await inserting(database, 'DELETE FROM pylon.issues WHERE id = NEW.id;');
    await sql(database, INSERT);
    await push(mirrored, FIRST);
    expect(await statesIn(database)).toEqual(['discarded', 'discarded']);
  });

  test('follows the UPDATE of it, and what was changed before in the transaction does not', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 20 }, ONLY);
    await push(mirrored);
    await trigger(
      database,
      'AFTER UPDATE ON pylon.issues',
      `IF NEW.title <> btrim(NEW.title) THEN UPDATE pylon.issues SET title = btrim(NEW.title) || '.' WHERE id = NEW.id; END IF;
       IF NEW.title LIKE '%.' AND NEW.title NOT LIKE '%!.' THEN UPDATE pylon.issues SET title = left(NEW.title, -1) || '!.' WHERE id = NEW.id; END IF;
       RETURN NULL;`,
    );
    const { id } = await openIssue(database);
    await sql(
      database,
      `BEGIN; UPDATE pylon.issues SET title = 'First' WHERE id = '${id}';
       UPDATE pylon.issues SET title = '  Mine  ', state = 'closed' WHERE id = '${id}'; COMMIT`,
    );
    expect((await editsIn(database)).map(({ changes }) => changes.title)).toEqual([
      'First',
      '  Mine  ',
      'Mine.',
      'Mine!.',
    ]);
    await push(mirrored);
    expect(mirrored.sandbox.world.get('issues', id)).toMatchObject({ title: 'Mine!.', state: 'closed' });
    expect(await statesIn(database)).not.toContain('conflict');
  });
});

describe('a BEFORE trigger of the user’s own', () => {
  test('that changes what the daemon writes is named while it stands, and its rows are left so', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 20 }, ONLY);
    expect(await named(mirrored)).toEqual([]);
    await trigger(
      database,
      'BEFORE INSERT OR UPDATE ON pylon.issues',
      'NEW.title := upper(NEW.title); RETURN NEW;',
    );
    const { id } = await openIssue(database);
    await changed(mirrored, 'issues', id, { title: 'Theirs' });
    expect(await named(mirrored)).toEqual([
      `pylon.issues: a trigger of your own (my_own) changes what the daemon writes (title), so rows such as that of ${id} are not what Pylon holds. They are left so`,
    ]);
    const row = async () =>
      (await sql(database, `SELECT title, xmin FROM pylon.issues WHERE id = '${id}'`)).rows;
    const before = await row();
    expect(before).toMatchObject([{ title: 'THEIRS' }]);
    expect((await mirrored.session.reconcile(['issues'])).get('issues')).toMatchObject({ updated: 0 });
    expect(await row()).toEqual(before);
    expect(await editsIn(database)).toEqual([]);
    await sql(database, 'DROP TRIGGER my_own ON pylon.issues');
    expect(await named(mirrored)).toEqual([]);
  });

  test('that keeps a row from being written is named, and the row is not asked for again and again', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 20 }, ONLY);
    const { id } = await openIssue(database);
    await trigger(
      database,
      'BEFORE INSERT OR UPDATE ON pylon.issues',
      `IF NEW.id = '${id}' THEN RETURN NULL; END IF; RETURN NEW;`,
    );
    mirrored.pass(60);
    await changed(mirrored, 'issues', id, { title: 'Theirs' });
    expect(await named(mirrored)).toEqual([
      `pylon.issues: a trigger of your own (my_own) keeps the daemon from writing rows, such as that of ${id}`,
    ]);
    expect((await mirrored.session.pull()).find(({ resource }) => resource === 'issues')).toMatchObject({
      state: 'done',
    });
    expect((await sql(database, 'SELECT FROM pylon_sync.rereads')).rows).toEqual([]);
  });

  test('that leaves rows as they are is not named', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 20 }, ONLY);
    await trigger(database, 'BEFORE INSERT OR UPDATE ON pylon.issues', 'RETURN NEW;');
    const { id } = await openIssue(database);
    await changed(mirrored, 'issues', id, { title: 'Theirs', tags: ['a', 'b'] });
    expect(await named(mirrored)).toEqual([]);
  });
});
