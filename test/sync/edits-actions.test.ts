import { describe, expect } from 'vitest';
import { actions } from '../../src/edits/actions.ts';
import { previewEdits } from '../../src/sync/push/preview.ts';
import { all, CALLS, idOf, one } from '../helpers/calls.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { editsIn, push, statesIn } from '../helpers/edits.ts';
import { type Mirrored, shareMirror, test } from '../helpers/session.ts';

const ALL = ['update', 'create', 'delete', 'message', 'import'];

const call = async ({ pool }: TestDatabase, name: string, ...given: readonly unknown[]): Promise<number> => {
  const places = given.map((_, index) => `$${index + 1}`).join(', ');
  const { rows } = await pool.query(`SELECT pylon.${name}(${places})::integer AS id`, [...given]);
  return rows[0].id;
};

/** Pushes what was allowed, and everything with it; then reads what waits to be read again. */
async function carry(mirrored: Mirrored, allow: readonly string[] = ALL): Promise<void> {
  await push(mirrored, { allow });
  await mirrored.session.drain();
  await mirrored.session.pull();
}

const allowed = ({ pool }: TestDatabase, allow: readonly string[]) =>
  pool.query(
    `INSERT INTO pylon_sync.settings (key, value) VALUES ('allow', $1)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    [JSON.stringify(allow)],
  );

const undone = ['unfollow_issue', 'unlink_external_issue'];

test('each action has a call here', () => {
  expect([...Object.keys(CALLS), ...undone].toSorted()).toEqual(actions.map(({ name }) => name).toSorted());
});

describe.for(actions.filter(({ name }) => !undone.includes(name)))('pylon.$name', (action) => {
  const { name, allow, record } = action;

  test('does in Pylon what it says, once, and the mirror shows it', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 8 });
    const { given, there, here } = CALLS[name]?.(mirrored.sandbox) ?? { given: [], there: () => false };
    await allowed(database, [allow]);
    const id = await call(database, name, ...given);
    await carry(mirrored, [allow]);
    const [edit] = await editsIn(database);
    expect(edit).toMatchObject({
      id,
      operation: record === undefined ? 'create' : 'action',
      state: 'applied',
      error: null,
      changes: { action: name },
    });
    expect(there()).toBe(true);
    if (here !== undefined)
      expect((await database.pool.query<object>(here)).rows.map(Object.values)).toEqual([[true]]);
  });
});

test('each call about one record sends the ids of the records that it names, however new', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({ issues: 5 });
  await allowed(database, ALL);
  const issue = idOf(mirrored.sandbox, 'issues');
  for (const id of ['local-a', 'local-b']) {
    await database.pool.query("INSERT INTO pylon.contacts (id, name, email) VALUES ($1, 'Ann', $2)", [
      ...[id, `${id}@new.example`],
    ]);
    await call(database, 'follow_issue', issue, null, [id]);
  }
  await push(mirrored, { allow: ['create'] });
  const { rows } = await database.pool.query<{ id: string }>(
    "SELECT id FROM pylon.contacts WHERE email LIKE 'local-%' ORDER BY email",
  );
  const previews = await previewEdits(mirrored.session.ctx, { allow: ALL, policy: () => 'hold' });
  const wanted = rows.map(({ id }) => ({ operation: 'add', contact_ids: [id] }));
  expect(previews.map(({ request }) => request?.body)).toEqual(wanted);
  await push(mirrored, { allow: ALL });
  expect([...new Set(await statesIn(database))]).toEqual(['applied']);
  const sent = mirrored.sandbox.requests.filter(({ endpoint }) => endpoint === 'POST /issues/{id}/followers');
  expect(sent.map(({ body }) => body)).toEqual(wanted);
});

describe('each function', () => {
  // Nothing comes of what is refused.
  const shared = shareMirror({ issues: 5 });

  test.for(actions.filter(({ name }) => !undone.includes(name)))(
    'pylon.$name is refused where its kind is not allowed, and for a record that is not here',
    async ({ name, allow, record }) => {
      const { mirrored, database } = shared();
      const { given } = CALLS[name]?.(mirrored.sandbox) ?? { given: [] };
      await allowed(
        database,
        ALL.filter((kind) => kind !== allow),
      );
      await expect(call(database, name, ...given)).rejects.toThrow(
        `edits of the kind "${allow}" are not allowed`,
      );
      await allowed(database, ALL);
      if (record !== undefined)
        await expect(call(database, name, 'nobody', ...given.slice(1))).rejects.toThrow(
          /there is no .* "nobody" here/,
        );
      await expect(call(database, name, null, ...given.slice(1))).rejects.toThrow(/is missing|takes either/);
      expect(await editsIn(database)).toEqual([]);
    },
  );
});

test('what was followed and linked is undone again', async ({ mirror, database }) => {
  const mirrored = await mirror({ issues: 5 });
  const [id, user] = [idOf(mirrored.sandbox, 'issues'), idOf(mirrored.sandbox, 'users')];
  await expect(call(database, 'follow_issue', id, null, null)).rejects.toThrow(
    'needs at least one of user_ids or contact_ids',
  );
  await call(database, 'follow_issue', id, [user]);
  await call(database, 'link_external_issue', id, 'jira', 'X-1');
  await call(database, 'unfollow_issue', id, [user]);
  await call(database, 'unlink_external_issue', id, 'jira', 'X-1');
  await carry(mirrored);
  expect(await statesIn(database)).toEqual(['applied', 'applied', 'applied', 'applied']);
  expect(
    all(mirrored.sandbox, 'issue_followers').filter((f) => f.path.issue_id === id && f.object.id === user),
  ).toEqual([]);
  expect(JSON.stringify(one(mirrored.sandbox, 'issues').object.external_issues)).not.toContain('X-1');
});

describe('when the answer is lost', () => {
  const lose = ({ sandbox }: Mirrored, endpoint: string) =>
    sandbox.faults.add({ endpoint, kind: 'lost-answer' });
  const until = (mirrored: Mirrored, database: TestDatabase, state: string) =>
    expect
      .poll(async () => {
        await push(mirrored, { allow: ALL });
        return statesIn(database);
      })
      .toEqual([state]);

  test('a note is found and not said twice', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowed(database, ALL);
    await call(database, 'add_note', idOf(mirrored.sandbox, 'issues'), '<p>Once</p>');
    lose(mirrored, 'POST /issues/{id}/note');
    await until(mirrored, database, 'applied');
    const said = all(mirrored.sandbox, 'issue_messages').filter(
      ({ object }) => object.message_html === '<p>Once</p>',
    );
    expect(said).toHaveLength(1);
  });

  test('what is no object among messages and links is passed over', async ({ mirror, database }) => {
    const path = /\/issues\/[^/]+(\/messages)?$/;
    const odd: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init);
      if ((init?.method ?? 'GET') !== 'GET' || !path.test(new URL(String(input)).pathname)) return answer;
      const { data, ...rest } = (await answer.json()) as { readonly data?: unknown };
      const others = (list: unknown) => [null, 'text', ...(Array.isArray(list) ? list : [])];
      const holed = Array.isArray(data)
        ? others(data)
        : { ...(data as object), external_issues: others((data as Record<string, unknown>).external_issues) };
      return Response.json({ ...rest, data: holed }, { status: answer.status });
    };
    const mirrored = await mirror({ issues: 3 }, { client: { fetch: odd } });
    await allowed(database, ALL);
    const id = idOf(mirrored.sandbox, 'issues');
    await call(database, 'add_note', id, '<p>Once</p>');
    lose(mirrored, 'POST /issues/{id}/note');
    await until(mirrored, database, 'applied');
    await call(database, 'link_external_issue', id, 'jira', 'X-1');
    await carry(mirrored);
    await call(database, 'unlink_external_issue', id, 'jira', 'X-1');
    lose(mirrored, 'POST /issues/{id}/external-issues');
    await expect
      .poll(async () => {
        await push(mirrored, { allow: ALL });
        return statesIn(database);
      })
      .toEqual(['applied', 'applied', 'applied']);
  });

  test('a merge is seen', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowed(database, ALL);
    const [into, loser] = [idOf(mirrored.sandbox, 'accounts'), idOf(mirrored.sandbox, 'accounts', 1)];
    await call(database, 'merge_accounts', into, [loser]);
    lose(mirrored, 'POST /accounts/merge');
    await until(mirrored, database, 'applied');
    expect(
      mirrored.sandbox.requests.filter(({ endpoint }) => endpoint === 'POST /accounts/merge'),
    ).toHaveLength(1);
  });

  test.for(['', '{}', '{"data":{"success":false},"request_id":"r"}'])(
    'and 200 came with %o, a note is not said to be applied, and what cannot be seen is left to a person',
    async (text, { mirror, database }) => {
      const mirrored = await mirror({ issues: 5 });
      await allowed(database, ALL);
      const issue = idOf(mirrored.sandbox, 'issues');
      await call(database, 'add_note', issue, '<p>Once</p>');
      mirrored.sandbox.faults.add({ endpoint: 'POST /issues/{id}/note', kind: 'text', text });
      await until(mirrored, database, 'failed');
      expect((await editsIn(database))[0]?.error).toContain('Look in Pylon before you retry it');
    },
  );

  test('for good, as Pylon sends none for a snooze, the record is fetched', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowed(database, ALL);
    const issue = idOf(mirrored.sandbox, 'issues');
    await call(database, 'snooze_issue', issue, '2031-01-01T00:00:00Z');
    mirrored.sandbox.faults.add({ endpoint: 'POST /issues/{id}/snooze', kind: 'text', times: 9 });
    await push(mirrored, { allow: ALL });
    expect(await statesIn(database)).toEqual(['applied']);
  });

  test('what cannot be seen is left to a person', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 5 });
    await allowed(database, ALL);
    await call(database, 'add_thread', idOf(mirrored.sandbox, 'issues'), 'Twice?');
    lose(mirrored, 'POST /issues/{id}/threads');
    await until(mirrored, database, 'failed');
    expect((await editsIn(database))[0]?.error).toContain('Look in Pylon before you retry it');
    expect(
      all(mirrored.sandbox, 'issue_threads').filter(({ object }) => object.name === 'Twice?'),
    ).toHaveLength(1);
  });
});
