import { describe, expect } from 'vitest';
import type { Sandbox } from '../../src/sandbox/start.ts';
import { pushDue } from '../../src/sync/push/push.ts';
import { idOf } from '../helpers/calls.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { allowOperations } from '../helpers/edit-permissions.ts';
import { beDue, editAnyway, editsIn, push, pusherOn, statesIn } from '../helpers/edits.ts';
import { newGate } from '../helpers/gate.ts';
import { type Mirrored, test } from '../helpers/session.ts';
import { writeRequests } from '../helpers/write-requests.ts';

const firstOf = ({ sandbox }: Pick<Mirrored, 'sandbox'>, resource: string) => {
  const [row] = sandbox.world.all(resource);
  return String(row?.object.id);
};

const edit = ({ pool }: TestDatabase, id: string, set: string, table = 'issues') =>
  pool.query(`UPDATE pylon.${table} SET ${set} WHERE id = $1`, [id]);

const MINUTE = { requestTimeoutMs: 60_000 };

/** A `fetch` by which a process ends in the middle of its first PATCH: before it left, or when it had arrived. */
function dyingOf(when: 'before' | 'after') {
  const stop = new AbortController();
  const dying: typeof fetch = async (input, init) => {
    if (init?.method !== 'PATCH') return fetch(input, init);
    if (when === 'after') await (await fetch(input, init)).text();
    stop.abort(new Error('killed'));
    throw new Error('killed');
  };
  return { signal: stop.signal, client: { fetch: dying } };
}

/** A process that died in the middle of an edit of a title, and the one that followed it. */
async function follower(
  mirror: (...args: [{ issues: number }, ReturnType<typeof dyingOf>]) => Promise<Mirrored>,
  database: TestDatabase,
  when: 'before' | 'after',
): Promise<{ mirrored: Mirrored; id: string }> {
  const first = await mirror({ issues: 5 }, dyingOf(when));
  const id = firstOf(first, 'issues');
  await edit(database, id, "title = 'Mine'");
  await expect(push(first, MINUTE)).rejects.toThrow('killed');
  expect(await statesIn(database)).toEqual(['sending']);
  await first.session.close();
  return { mirrored: { ...first, session: await first.reopen({}) }, id };
}

test('an edit that waits for a lost request keeps saying why it was lost', async ({ mirror, database }) => {
  const mirrored = await mirror({ issues: 5 });
  await edit(database, firstOf(mirrored, 'issues'), "title = 'Mine'");
  mirrored.sandbox.faults.add({ endpoint: 'PATCH /issues/{id}', kind: 'html', status: 403 });
  const pusher = pusherOn(mirrored, MINUTE);
  await pusher.begin();
  for (let times = 0; times < 2; times += 1) {
    await beDue(database);
    await pushDue(pusher);
  }
  expect(await editsIn(database)).toMatchObject([
    {
      state: 'pending',
      error: expect.stringMatching(
        /^an earlier request may still be on its way \(PATCH .* 403 the answer is not JSON/,
      ),
    },
  ]);
});

describe('an edit whose process died', () => {
  test('is looked at by the next at once: what Pylon shows is applied', async ({ mirror, database }) => {
    const { mirrored } = await follower(mirror, database, 'after');
    await push(mirrored, MINUTE);
    expect(await statesIn(database)).toEqual(['applied']);
    expect(writeRequests(mirrored.sandbox)).toHaveLength(1);
  });

  test('is not sent again while the request may be on its way, whoever looks', async ({
    mirror,
    database,
  }) => {
    const { mirrored, id } = await follower(mirror, database, 'before');
    for (let times = 0; times < 2; times += 1) {
      await beDue(database);
      await push(mirrored, MINUTE);
      expect(await editsIn(database)).toMatchObject([
        { state: 'pending', error: 'an earlier request may still be on its way' },
      ]);
    }
    expect(writeRequests(mirrored.sandbox)).toEqual([]);
    // A minute later, in effect.
    await database.pool.query("UPDATE pylon_sync.edits SET sent_at = sent_at - interval '1 minute'");
    await beDue(database);
    await push(mirrored, MINUTE);
    expect(await statesIn(database)).toEqual(['applied']);
    expect(mirrored.sandbox.world.get('issues', id)).toMatchObject({ title: 'Mine' });
  });

  test('leaves others alone', async ({ mirror, database }) => {
    const { mirrored } = await follower(mirror, database, 'before');
    await database.pool.query(
      "UPDATE pylon.issues SET state = 'on_hold' WHERE number = (SELECT min(number) FROM pylon.issues)",
    );
    await push(mirrored, MINUTE);
    expect(await statesIn(database)).toEqual(['pending', 'applied']);
  });
});

describe('after a lost answer', () => {
  test('what came of it is no conflict to the edit that followed', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const id = firstOf(mirrored, 'issues');
    await edit(database, id, "title = ' First '");
    mirrored.sandbox.faults.add({ endpoint: 'PATCH /issues/{id}', kind: 'lost-answer' });
    await push(mirrored, { requestTimeoutMs: 1 });
    await edit(database, id, "title = 'Second'");
    await beDue(database);
    await push(mirrored, { requestTimeoutMs: 1 });
    expect(await statesIn(database)).toEqual(['applied', 'applied']);
    expect(mirrored.sandbox.world.get('issues', id)).toMatchObject({ title: 'Second' });
  });

  test('a person who has it tried again does not make it a conflict with itself', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 5 });
    await edit(database, firstOf(mirrored, 'issues'), "title = ' Once '");
    mirrored.sandbox.faults.add({ endpoint: 'PATCH /issues/{id}', kind: 'lost-answer' });
    await push(mirrored, { requestTimeoutMs: 1 });
    await database.pool.query('SELECT pylon_sync.retry_edit(id) FROM pylon_sync.edits');
    await push(mirrored, { requestTimeoutMs: 1 });
    expect(await statesIn(database)).toEqual(['applied']);
    expect(writeRequests(mirrored.sandbox)).toHaveLength(1);
  });

  test('an edit that went with others is not written over what they made, when they go one by one', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 5 });
    const id = firstOf(mirrored, 'issues');
    await edit(database, id, "title = 'First', tags = tags || '{x}'");
    await edit(database, id, "title = 'Second', tags = array_remove(tags, 'x')");
    mirrored.sandbox.faults.add({ endpoint: 'PATCH /issues/{id}', kind: 'lost-answer' });
    await push(mirrored, { requestTimeoutMs: 1 });
    await editAnyway(database, id, "state = 'no such state'");
    await beDue(database);
    await push(mirrored, { requestTimeoutMs: 1 });
    expect(await statesIn(database)).toEqual(['applied', 'applied', 'failed']);
    const sent = writeRequests(mirrored.sandbox).map(({ body }) => body);
    const refused = { state: 'no such state' };
    expect(sent).toEqual([{ title: 'Second' }, refused, refused]);
  });

  test('what somebody else made of it is one', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    const id = firstOf(mirrored, 'issues');
    await edit(database, id, "title = 'First'");
    mirrored.sandbox.faults.add({ endpoint: 'PATCH /issues/{id}', kind: 'lost-answer' });
    await push(mirrored, { requestTimeoutMs: 1 });
    mirrored.sandbox.world.patch('issues', id, { title: 'Theirs' });
    await edit(database, id, "title = 'Second'");
    await beDue(database);
    await push(mirrored, { requestTimeoutMs: 1 });
    expect(await statesIn(database)).toEqual(['discarded', 'conflict']);
  });

  test('nothing ends by what Pylon shows while something else may still arrive', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 5 });
    const id = firstOf(mirrored, 'issues');
    const { title } = mirrored.sandbox.world.get('issues', id) ?? {};
    await edit(database, id, "title = 'Late'");
    mirrored.sandbox.faults.add({ endpoint: 'PATCH /issues/{id}', kind: 'reset' });
    await push(mirrored, { requestTimeoutMs: 60_000 });
    await database.pool.query('UPDATE pylon.issues SET title = $2 WHERE id = $1', [id, title]);
    await beDue(database);
    await push(mirrored, { requestTimeoutMs: 60_000 });
    expect(await statesIn(database)).toEqual(['pending', 'pending']);
    // It does, in the end.
    mirrored.sandbox.world.patch('issues', id, { title: 'Late' });
    await database.pool.query("UPDATE pylon_sync.edits SET sent_at = sent_at - interval '1 minute'");
    await beDue(database);
    await push(mirrored, { requestTimeoutMs: 60_000 });
    expect(await statesIn(database)).toEqual(['applied', 'applied']);
    expect(mirrored.sandbox.world.get('issues', id)).toMatchObject({ title });
  });
});

test('what was asked for before an edit was answered never undoes it', async ({ mirror, database }) => {
  let held = new Map<string, Promise<unknown>>();
  const mirrored = await mirror(
    { issues: 20 },
    {
      client: {
        async fetch(input, init) {
          const method = init?.method ?? 'GET';
          const isHeld = String(input).includes('/contacts/');
          if (isHeld && method === 'PATCH') await held.get('PATCH');
          const response = await fetch(input, init);
          if (!isHeld || method !== 'GET') return response;
          const body = await response.text();
          await held.get('GET');
          return new Response(body, { status: response.status, headers: response.headers });
        },
      },
    },
  );
  const { session, sandbox } = mirrored;
  const id = firstOf(mirrored, 'contacts');
  const readAgain = async () => {
    await session.hint('contacts', id);
    await session.drain();
  };
  const shown = async () =>
    (await database.pool.query('SELECT name FROM pylon.contacts WHERE id = $1', [id])).rows[0].name;

  await edit(database, id, "name = 'Mine'", 'contacts');
  const patch = newGate();
  held = new Map([['PATCH', patch.opened]]);
  const pushing = push(mirrored);
  await expect.poll(() => statesIn(database)).toEqual(['sending']);
  // Each asked for in its turn: a reading that is stored before the PATCH is answered, and one that comes late.
  const asked = () => sandbox.requests.filter(({ path }) => path.endsWith(id)).length;
  await expect.poll(asked).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 200));
  sandbox.world.patch('contacts', id, { avatar_url: 'https://example.com/other.png' });
  await readAgain();
  const late = newGate();
  held.set('GET', late.opened);
  const reading = readAgain();
  await expect.poll(asked).toBe(3);
  patch.open();
  await pushing;
  expect(await statesIn(database)).toEqual(['applied']);
  expect(await shown()).toBe('Mine');
  held.delete('GET');
  late.open();
  await reading;
  expect(await shown()).toBe('Mine');
  while ((await session.drain()) > 0);
  expect(await shown()).toBe('Mine');
});

test('an edit that somebody holds is not overtaken by a later one of its record', async ({
  mirror,
  database,
  locks,
}) => {
  const mirrored = await mirror({ issues: 5 });
  const id = firstOf(mirrored, 'issues');
  await edit(database, id, "title = 'First'");
  await edit(database, id, "title = 'Second'");
  const lock = await locks.by("SELECT FROM pylon_sync.edits WHERE changes->>'title' = 'First' FOR UPDATE");
  expect(await push(mirrored)).toBe(0);
  await lock.release();
  await push(mirrored);
  expect(await statesIn(database)).toEqual(['applied', 'applied']);
  expect(mirrored.sandbox.world.get('issues', id)).toMatchObject({ title: 'Second' });
});

test('an edit that could not even be put back is put back later', async ({ mirror, database }) => {
  const mirrored = await mirror({ issues: 5 });
  const { pool } = database;
  const pusher = pusherOn(mirrored);
  await pusher.begin();
  await pool.query(`
    CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
    CREATE TRIGGER refuse BEFORE UPDATE ON pylon_sync.edits FOR EACH ROW
      WHEN (OLD.state = 'sending' AND NEW.state = 'pending') EXECUTE FUNCTION public.refuse()`);
  await edit(database, firstOf(mirrored, 'issues'), "title = 'Stranded'");
  mirrored.sandbox.faults.add({ endpoint: 'PATCH /issues/{id}', kind: '500' });
  await expect(pushDue(pusher)).rejects.toThrow();
  expect(await statesIn(database)).toEqual(['sending']);
  await pool.query('DROP TRIGGER refuse ON pylon_sync.edits');
  await pushDue(pusher);
  expect(await statesIn(database)).toEqual(['pending']);
});

describe('nothing is sent a second time while the first request may be on its way', () => {
  const everything = { ...MINUTE, allow: ['update', 'create', 'delete', 'message', 'import'] };

  test.for<[kind: string, endpoint: string, statement: (sandbox: Sandbox) => string]>([
    [
      'a DELETE',
      'DELETE /accounts/{id}',
      (s) => `DELETE FROM pylon.accounts WHERE id = '${idOf(s, 'accounts')}'`,
    ],
    [
      'a function that may be repeated',
      'POST /issues/{id}/followers',
      (s) => `SELECT pylon.follow_issue('${idOf(s, 'issues')}', ARRAY['${idOf(s, 'users')}'])`,
    ],
    [
      'a function whose effect can be seen',
      'POST /issues/{id}/note',
      (s) => `SELECT pylon.add_note('${idOf(s, 'issues')}', '<p>Once</p>')`,
    ],
    [
      'a function whose effect cannot be seen',
      'POST /issues/{id}/threads',
      (s) => `SELECT pylon.add_thread('${idOf(s, 'issues')}', 'Once')`,
    ],
    [
      'a function that makes a record',
      'POST /import/contacts',
      () => "SELECT pylon.import_contact('Ann', 'ann@new.example')",
    ],
  ])('%s', async ([, endpoint, statement], { mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowOperations(database, ...everything.allow);
    await database.pool.query(statement(mirrored.sandbox));
    mirrored.sandbox.faults.add({ endpoint, kind: 'reset' });
    const pusher = pusherOn(mirrored, everything);
    await pusher.begin();
    await pushDue(pusher);
    for (let times = 0; times < 2; times += 1) {
      await beDue(database);
      await pushDue(pusher);
      expect(await editsIn(database)).toMatchObject([
        { state: 'pending', error: expect.stringContaining('may still be on its way') },
      ]);
    }
    const sent = mirrored.sandbox.requests.filter((request) => request.endpoint === endpoint);
    expect(sent).toHaveLength(1);
  });
});
