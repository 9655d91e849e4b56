import { describe, expect } from 'vitest';
import { attentionOf } from '../../src/db/status/attention.ts';
import { countEdits } from '../../src/db/status/edit-counts.ts';
import { NO_DIGEST } from '../../src/resources/define.ts';
import { resourceNamed } from '../../src/resources/index.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { allowOperations } from '../helpers/edit-permissions.ts';
import { editsIn, push, statesIn } from '../helpers/edits.ts';
import { type Mirrored, test } from '../helpers/session.ts';
import { mirrorStatus } from '../helpers/status-fixtures.ts';

/** Enough, and read sooner than everything. */
const ONLY = { resources: ['accounts', 'contacts', 'issues'].map(resourceNamed) };

const ALLOWED = ['update', 'create', 'delete', 'message'] as const;

/** A table of the user's own with a row that names the account `local-1`. */
const notes = ({ pool }: TestDatabase, rule: string) =>
  pool.query(`
    CREATE TABLE public.notes (account_id text NOT NULL, note text,
      CONSTRAINT notes_account FOREIGN KEY (account_id) REFERENCES pylon.accounts ${rule})`);

/** A trigger of the user's own: nothing is written to a table while it stands. */
const block = ({ pool }: TestDatabase, table: string, when = 'BEFORE INSERT OR UPDATE OR DELETE') =>
  pool.query(`CREATE FUNCTION public.blocked() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                RAISE EXCEPTION 'blocked by a trigger'; END $$;
              CREATE TRIGGER zz_blocked ${when} ON pylon.${table} FOR EACH ROW
                WHEN (current_setting('pylon_sync.daemon', true) = 'on') EXECUTE FUNCTION public.blocked()`);
const unblock = ({ pool }: TestDatabase) => pool.query('DROP FUNCTION public.blocked() CASCADE');

const sent = ({ sandbox }: Mirrored, endpoint: string) =>
  sandbox.requests.filter((request) => request.endpoint === endpoint).length;

/** As a person has it tried again at once. */
const retry = ({ pool }: TestDatabase) =>
  pool.query('SELECT pylon_sync.retry_edits(ARRAY(SELECT id FROM pylon_sync.edits))');

const carryOn = (mirrored: Mirrored) => push(mirrored, { allow: ALLOWED });

async function attention(mirrored: Mirrored) {
  const edits = await countEdits(mirrored.session.ctx.db.orm);
  return attentionOf(mirrorStatus({ edits })).map(({ what }) => what);
}

const accountOf = ({ sandbox }: Mirrored, place = 0) =>
  String([...sandbox.world.all('accounts')][place]?.object.id);

describe('what Pylon has answered, where a constraint of the user’s own is in its way', () => {
  test('is kept: a refused create is not sent again, by the process that follows either, and ends once that is mended', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 3 }, ONLY);
    await allowOperations(database, ...ALLOWED);
    await notes(database, 'ON UPDATE CASCADE');
    await database.pool.query(`INSERT INTO pylon.accounts (id, name) VALUES ('local-1', 'New');
                               INSERT INTO public.notes VALUES ('local-1', 'mine')`);
    mirrored.sandbox.faults.add({ endpoint: 'POST /accounts', kind: '403', times: 9 });
    await carryOn(mirrored);
    expect((await editsIn(database))[0]).toMatchObject({
      ...{ state: 'pending', attempts: 1, http_status: 403, request_id: expect.any(String) },
      error: expect.stringMatching(/^Pylon has answered, and that cannot be stored here: .*"notes_account"/),
    });
    expect(await attention(mirrored)).toEqual([
      expect.stringMatching(/^Pylon has answered an edit, and that cannot be stored here: .*"notes_account"/),
    ]);
    await retry(database);
    await carryOn(mirrored);
    await mirrored.session.close();
    const follower = { session: await mirrored.reopen() };
    // As it was left by a process that was killed while it settled.
    await database.pool.query("UPDATE pylon_sync.edits SET state = 'sending'");
    await push(follower, { allow: ALLOWED });
    expect((await editsIn(database))[0]).toMatchObject({ state: 'pending', attempts: 1 });
    expect(sent(mirrored, 'POST /accounts')).toBe(1);

    await database.pool.query('DELETE FROM public.notes');
    await retry(database);
    await push(follower, { allow: ALLOWED });
    expect((await editsIn(database))[0]).toMatchObject({
      ...{ state: 'failed', attempts: 1, http_status: 403 },
      error: expect.stringContaining('403'),
    });
    expect((await database.pool.query("SELECT FROM pylon.accounts WHERE id = 'local-1'")).rowCount).toBe(0);
    expect(sent(mirrored, 'POST /accounts')).toBe(1);
    const [done] = (await database.pool.query('SELECT answer FROM pylon_sync.edits')).rows;
    expect(done).toEqual({ answer: null });
  });

  test('is kept of a create that Pylon carried out, whose id comes once that is mended', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 3 }, ONLY);
    await allowOperations(database, ...ALLOWED);
    await notes(database, '');
    await database.pool.query(`INSERT INTO pylon.accounts (id, name) VALUES ('local-1', 'New');
                               INSERT INTO pylon.contacts (name, account_id) VALUES ('Theirs', 'local-1');
                               INSERT INTO public.notes VALUES ('local-1', 'mine')`);
    await carryOn(mirrored);
    expect(await statesIn(database)).toEqual(['pending', 'pending']);
    await database.pool.query(`ALTER TABLE public.notes DROP CONSTRAINT notes_account, ADD CONSTRAINT notes_account
      FOREIGN KEY (account_id) REFERENCES pylon.accounts ON UPDATE CASCADE`);
    await retry(database);
    await carryOn(mirrored);
    const [create, contact] = await editsIn(database);
    expect([create?.state, contact?.state]).toEqual(['applied', 'applied']);
    expect(sent(mirrored, 'POST /accounts')).toBe(1);
    const { rows } = await database.pool.query('SELECT account_id FROM public.notes');
    expect(rows).toEqual([{ account_id: create?.record_id }]);
  });

  test('is kept of an update, with those that wait behind it in their order, and of an action', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 3 }, ONLY);
    await allowOperations(database, ...ALLOWED);
    const [row] = mirrored.sandbox.world.all('issues');
    const id = String(row?.object.id);
    await database.pool.query("UPDATE pylon.issues SET title = 'First' WHERE id = $1", [id]);
    await database.pool.query("SELECT pylon.add_note($1, '<p>Once</p>')", [id]);
    await database.pool.query("UPDATE pylon.issues SET title = 'Last' WHERE id = $1", [id]);
    await block(database, 'issues');
    await carryOn(mirrored);
    expect((await editsIn(database)).map(({ error }) => error)).toEqual([
      'Pylon has answered, and that cannot be stored here: blocked by a trigger',
      'waits for edit 1, which Pylon has answered',
      'waits for edit 1, which Pylon has answered',
    ]);
    await unblock(database);
    await retry(database);
    await carryOn(mirrored);
    expect((await editsIn(database)).map(({ state, attempts }) => [state, attempts])).toEqual([
      ['applied', 1],
      ['applied', 1],
      ['applied', 1],
    ]);
    expect(sent(mirrored, 'PATCH /issues/{id}')).toBe(2);
    expect(sent(mirrored, 'POST /issues/{id}/note')).toBe(1);
  });

  test('is kept of a note, which is not said twice', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 3 }, ONLY);
    await allowOperations(database, ...ALLOWED);
    const [row] = mirrored.sandbox.world.all('issues');
    await block(database, 'issues');
    await database.pool.query("SELECT pylon.add_note($1, '<p>Once</p>')", [row?.object.id]);
    await carryOn(mirrored);
    await retry(database);
    await carryOn(mirrored);
    expect(await statesIn(database)).toEqual(['pending']);
    await unblock(database);
    await retry(database);
    await carryOn(mirrored);
    expect(await statesIn(database)).toEqual(['applied']);
    expect(sent(mirrored, 'POST /issues/{id}/note')).toBe(1);
  });

  test('is settled as well where an earlier version kept it, with other names', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 3 }, ONLY);
    await allowOperations(database, ...ALLOWED);
    const [row] = mirrored.sandbox.world.all('issues');
    await block(database, 'issues');
    await database.pool.query("SELECT pylon.add_note($1, '<p>Once</p>')", [row?.object.id]);
    await carryOn(mirrored);
    await database.pool.query(
      `UPDATE pylon_sync.edits
          SET answer = jsonb_set(jsonb_set(answer #- '{outcome,editOutcomes}', '{outcome,fates}', answer #> '{outcome,editOutcomes}'),
                                 '{outcome,is}', '"told"')
        WHERE answer #>> '{outcome,is}' = 'updated'`,
    );
    await unblock(database);
    await retry(database);
    await carryOn(mirrored);
    expect(await statesIn(database)).toEqual(['applied']);
    expect(sent(mirrored, 'POST /issues/{id}/note')).toBe(1);
  });

  test('is kept of a DELETE that Pylon carried out, and of one that it refused', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 3 }, ONLY);
    await allowOperations(database, ...ALLOWED);
    const [gone, kept] = [accountOf(mirrored), accountOf(mirrored, 1)];
    await database.pool.query('DELETE FROM pylon.accounts WHERE id = $1', [gone]);
    await block(database, 'accounts');
    await carryOn(mirrored);
    await database.pool.query('DELETE FROM pylon.accounts WHERE id = $1', [kept]);
    mirrored.sandbox.faults.add({ endpoint: 'DELETE /accounts/{id}', kind: '403' });
    await carryOn(mirrored);
    await retry(database);
    await carryOn(mirrored);
    expect(await statesIn(database)).toEqual(['pending', 'pending']);
    await unblock(database);
    await retry(database);
    await carryOn(mirrored);
    expect(await statesIn(database)).toEqual(['applied', 'failed']);
    expect(sent(mirrored, 'DELETE /accounts/{id}')).toBe(2);
    const { rows } = await database.pool.query(
      'SELECT id, _deleted_at IS NULL AS live FROM pylon.accounts WHERE id = ANY ($1) ORDER BY live',
      [[gone, kept]],
    );
    expect(rows).toEqual([
      { id: gone, live: false },
      { id: kept, live: true },
    ]);
  });

  test('is kept of one of many accounts that are changed in one request, and not of the others', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 3 }, ONLY);
    const ids = Array.from({ length: 6 }, (_, place) => accountOf(mirrored, place));
    await database.pool.query("UPDATE pylon.accounts SET tags = tags || '{new}' WHERE id = ANY ($1)", [ids]);
    await database.pool.query(
      `ALTER TABLE pylon.accounts ADD CONSTRAINT mine CHECK (id <> '${ids[2]}' OR _hash <> '${NO_DIGEST}') NOT VALID`,
    );
    await carryOn(mirrored);
    expect((await editsIn(database)).map(({ record_id, state }) => [record_id, state])).toEqual(
      expect.arrayContaining(ids.map((id) => [id, id === ids[2] ? 'pending' : 'applied'])),
    );
    const requests = sent(mirrored, 'PATCH /accounts') + sent(mirrored, 'PATCH /accounts/{id}');
    await retry(database);
    await carryOn(mirrored);
    await database.pool.query('ALTER TABLE pylon.accounts DROP CONSTRAINT mine');
    await retry(database);
    await carryOn(mirrored);
    expect(await statesIn(database)).toEqual(ids.map(() => 'applied'));
    expect(sent(mirrored, 'PATCH /accounts') + sent(mirrored, 'PATCH /accounts/{id}')).toBe(requests);
  });

  test('is dropped with an edit that somebody discards: the row shows what Pylon holds', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 3 }, ONLY);
    const [row] = mirrored.sandbox.world.all('issues');
    await database.pool.query("UPDATE pylon.issues SET title = 'Mine' WHERE id = $1", [row?.object.id]);
    await block(database, 'issues');
    await carryOn(mirrored);
    await unblock(database);
    await database.pool.query('SELECT pylon_sync.discard_edit(1)');
    const [edit] = await editsIn(database);
    expect(edit).toMatchObject({
      state: 'discarded',
      error: expect.stringMatching(/^discarded by .*, although Pylon had answered 200$/),
    });
    await mirrored.session.drain();
    const { rows } = await database.pool.query('SELECT title FROM pylon.issues WHERE id = $1', [
      row?.object.id,
    ]);
    expect(rows).toEqual([{ title: 'Mine' }]);
  });

  test('of a unique constraint of the user’s own is no row that is on its way', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 3 }, ONLY);
    await allowOperations(database, ...ALLOWED);
    await database.pool.query("INSERT INTO pylon.accounts (id, name) VALUES ('local-1', 'New')");
    await database.pool.query(`
      CREATE UNIQUE INDEX mine ON pylon.accounts ((1)) WHERE name = 'New' AND id NOT LIKE 'local-%';
      INSERT INTO pylon.accounts (id, name) VALUES ('local-2', 'New')`);
    await carryOn(mirrored);
    expect((await statesIn(database)).toSorted()).toEqual(['applied', 'pending']);
    const kept = (await editsIn(database)).find(({ state }) => state === 'pending');
    expect(kept?.error).toContain('"mine"');
    expect(sent(mirrored, 'POST /accounts')).toBe(2);
  });
});

describe('a foreign key that follows updates and is checked at the end', () => {
  test('knows an account by its provisional id, then by the one that Pylon gave', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 3 }, ONLY);
    await allowOperations(database, ...ALLOWED);
    await notes(database, 'ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED');
    await database.pool.query(`BEGIN; INSERT INTO public.notes VALUES ('local-1', 'mine');
                               INSERT INTO pylon.accounts (id, name) VALUES ('local-1', 'New'); COMMIT`);
    await carryOn(mirrored);
    const [edit] = await editsIn(database);
    expect(edit).toMatchObject({ state: 'applied' });
    const { rows } = await database.pool.query('SELECT account_id, note FROM public.notes');
    expect(rows).toEqual([{ account_id: edit?.record_id, note: 'mine' }]);
  });
});
