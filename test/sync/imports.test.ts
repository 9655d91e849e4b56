import { describe, expect } from 'vitest';
import type { Sandbox } from '../../src/sandbox/start.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { allowOperations } from '../helpers/edit-permissions.ts';
import { editsIn, push, statesIn } from '../helpers/edits.ts';
import { type Mirrored, test } from '../helpers/session.ts';

const ALLOW = ['import', 'update'];
const CREATED = '2019-05-06T07:08:09Z';

const call = async ({ pool }: TestDatabase, arguments_: string, values: readonly unknown[] = []) => {
  const { rows } = await pool.query<{ id: string }>(`SELECT pylon.${arguments_} AS id`, [...values]);
  return Number(rows[0]?.id);
};
const said = `'[{"body_html": "<p>Hello</p>", "is_private": false}]'`;
const ticket = (more = '') => `import_issue('Old ticket', 'closed', ${said}${more})`;
const found = ({ world }: Sandbox, title = 'Old ticket') =>
  [...world.all('issues')].filter(({ object }) => object.title === title);
const sentTo = ({ sandbox }: Mirrored, endpoint: string) =>
  sandbox.requests.filter((request) => request.endpoint === endpoint).length;

/** Pushes until the edits are in these states. */
const until = (mirrored: Mirrored, database: TestDatabase, ...states: readonly string[]) =>
  expect
    .poll(async () => {
      await push(mirrored, { allow: ALLOW });
      return statesIn(database);
    })
    .toEqual(states);

const lose = (
  { sandbox }: Mirrored,
  endpoint = 'POST /import/issues',
  kind: 'lost-answer' | 'reset' = 'lost-answer',
) => sandbox.faults.add({ endpoint, kind });

test('a ticket with its contact and its messages is imported as it was, and read at once although its times are old', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({ issues: 8 });
  const { world } = mirrored.sandbox;
  const [user, account] = ['users', 'accounts'].map((name) => [...world.all(name)][0]?.object ?? {});
  const seven = [...world.all('issues')].find(({ object }) => object.number === 7)?.object;
  world.remove('issues', String(seven?.id));
  await allowOperations(database, ...ALLOW);
  const contact = await call(database, 'import_contact($1, $2, account_id => $3)', [
    'Ann Old',
    'ann@old.example',
    account?.id,
  ]);
  const messages = [
    {
      body_html: '<p>It <b>broke</b></p>',
      is_private: false,
      created_at: CREATED,
      contact_id: `edit:${contact}`,
    },
    {
      body_html: '<p>Seen</p>',
      is_private: true,
      created_at: '2019-05-06T08:00:00+00:00',
      user_id: user?.email,
    },
  ];
  const issue = await call(
    database,
    `import_issue('Printer', 'closed', $1, created_at => '2019-05-06 09:08:09+02', updated_at => '2019-06-01', issue_number => 7,
       account_id => $2, requester_id => 'edit:${contact}', assignee_id => $3, tags => '{old}', resolution_time => '2019-05-09',
       custom_fields => '{"priority": "high"}', external_issues => '[{"source": "jira", "external_issue_id": "OLD-1"}]',
       external_refs => '{"zendesk_ticket_id": "7007"}', attachment_urls => '{https://files.example/a.png,http://localhost/b.png}')`,
    [JSON.stringify(messages), account?.id, user?.email],
  );
  // More messages than a request carries follow it.
  await call(database, `import_messages('edit:${issue}', $1)`, [
    JSON.stringify([{ body_html: '<p>Solved</p>', is_private: false, created_at: '2019-05-09T00:00:00Z' }]),
  ]);
  expect(await statesIn(database)).toEqual(['pending', 'pending', 'pending']);
  await until(mirrored, database, 'applied', 'applied', 'applied');
  const [made] = found(mirrored.sandbox, 'Printer');
  expect(made?.object).toMatchObject({
    ...{ number: 7, state: 'closed', created_at: CREATED, updated_at: '2019-06-01T00:00:00Z', tags: ['old'] },
    ...{ resolution_time: '2019-05-09T00:00:00Z', account: { id: account?.id }, assignee: { id: user?.id } },
    ...{ requester: { email: 'ann@old.example' }, custom_fields: { priority: { value: 'high' } } },
  });
  expect((await editsIn(database))[1]).toMatchObject({
    record_id: made?.object.id,
    error: 'Pylon left attachments out: http://localhost/b.png',
    remote: { id: made?.object.id, number: 7 },
  });
  await mirrored.session.drain();
  const { rows } = await database.pool.query(
    `SELECT i.number, i.state, c.email, array_agg(m.message_html ORDER BY m.timestamp) AS messages
       FROM pylon.issues i JOIN pylon.contacts c ON c.id = i.requester_id JOIN pylon.issue_messages m ON m.issue_id = i.id
      WHERE i.title = 'Printer' GROUP BY 1, 2, 3`,
  );
  expect(rows).toEqual([
    {
      ...{ number: '7', state: 'closed', email: 'ann@old.example' },
      messages: ['<p>It <b>broke</b></p>', '<p>Seen</p>', '<p>Solved</p>'],
    },
  ]);
  const sent = mirrored.sandbox.requests.find(({ endpoint }) => endpoint === 'POST /import/issues');
  expect(sent?.body).toMatchObject({
    external_refs: { zendesk_ticket_id: '7007' },
    messages: [{ created_at: CREATED }, {}],
  });
});

describe('when the answer to an import is lost', () => {
  test.for<[by: string, call: string]>([
    ['the number', ticket(', issue_number => 7')],
    ['title and time of creation', ticket(`, created_at => '${CREATED}'`)],
  ])('the ticket is found by %s, and not sent again', async ([, asked], { mirror, database }) => {
    const mirrored = await mirror({ issues: 8 });
    const { world } = mirrored.sandbox;
    world.remove(
      'issues',
      String([...world.all('issues')].find(({ object }) => object.number === 7)?.object.id),
    );
    await allowOperations(database, ...ALLOW);
    await call(database, asked);
    lose(mirrored);
    await until(mirrored, database, 'applied');
    expect(found(mirrored.sandbox)).toHaveLength(1);
    expect(sentTo(mirrored, 'POST /import/issues')).toBe(1);
    expect(await editsIn(database)).toMatchObject([{ error: 'found in Pylon after its answer was lost' }]);
  });

  test('a ticket that never came is sent again, and one that was there before is not taken for it', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 8 });
    const before = mirrored.sandbox.world.create('issues', { title: 'Old ticket', created_at: CREATED });
    await mirrored.session.hint('issues', String(before.id));
    await mirrored.session.drain();
    await allowOperations(database, ...ALLOW);
    await call(database, ticket(`, created_at => '${CREATED}'`));
    lose(mirrored, 'POST /import/issues', 'reset');
    await until(mirrored, database, 'applied');
    expect(found(mirrored.sandbox)).toHaveLength(2);
    expect(sentTo(mirrored, 'POST /import/issues')).toBe(2);
  });

  test('a ticket without number and time, and one of two alike, wait for a person', async ({
    mirror,
    database,
  }) => {
    const mirrored = await mirror({ issues: 8 });
    await allowOperations(database, ...ALLOW);
    await call(database, ticket());
    lose(mirrored);
    await until(mirrored, database, 'failed');
    const [alone] = await editsIn(database);
    expect(alone?.error).toContain(
      'without title and created_at nothing shows whether import_issue was done',
    );
    expect(sentTo(mirrored, 'POST /import/issues')).toBe(1);
    await call(database, `import_issue('Twin', 'closed', ${said}, created_at => '${CREATED}')`);
    await call(database, `import_issue('Twin', 'closed', ${said}, created_at => '${CREATED}')`);
    mirrored.sandbox.faults.add({ endpoint: 'POST /import/issues', kind: 'lost-answer', times: 2 });
    await until(mirrored, database, 'failed', 'failed', 'failed');
    expect(found(mirrored.sandbox, 'Twin')).toHaveLength(2);
    // A person has looked, and has it sent once more.
    await database.pool.query('SELECT pylon_sync.retry_edits(ARRAY[$1::bigint])', [alone?.id]);
    await until(mirrored, database, 'applied', 'failed', 'failed');
    expect(found(mirrored.sandbox)).toHaveLength(2);
  });

  test('messages and contacts are found as well', async ({ mirror, database }) => {
    const mirrored = await mirror({ issues: 8 });
    const issue = String([...mirrored.sandbox.world.all('issues')][0]?.object.id);
    await allowOperations(database, ...ALLOW);
    await call(
      database,
      `import_messages($1, '[{"body_html": "<p>Then</p>", "is_private": false, "created_at": "${CREATED}"}]')`,
      [issue],
    );
    await call(database, "import_contact('Ann', 'ann@old.example')");
    for (const kind of ['reset', 'lost-answer'] as const) {
      lose(mirrored, 'POST /import/issues/{id}/messages', kind);
      lose(mirrored, 'POST /import/contacts', kind);
    }
    await until(mirrored, database, 'applied', 'applied');
    expect(
      [...mirrored.sandbox.world.all('issue_messages')].filter(
        ({ object }) => object.message_html === '<p>Then</p>',
      ),
    ).toHaveLength(1);
    expect(sentTo(mirrored, 'POST /import/issues/{id}/messages')).toBe(2);
    expect(sentTo(mirrored, 'POST /import/contacts')).toBe(2);
  });
});

test('what Pylon refuses fails with its words, takes along what depends on it, and a retry revives both', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({ issues: 8 });
  const { world } = mirrored.sandbox;
  const taken = String([...world.all('contacts')].find(({ object }) => object.email)?.object.email);
  await allowOperations(database, ...ALLOW);
  const contact = await call(database, "import_contact('Again', $1)", [taken]);
  await call(
    database,
    `import_issue('After it', 'new', ${said}, requester_id => 'edit:${contact}', created_at => '${CREATED}')`,
  );
  await until(mirrored, database, 'failed', 'failed');
  expect((await editsIn(database)).map(({ error }) => error)).toEqual([
    expect.stringContaining('contact already exists'),
    `depends on edit ${contact}, which failed`,
  ]);
  const owner = [...world.all('contacts')].find(({ object }) => object.email === taken)?.object;
  world.remove('contacts', String(owner?.id));
  await database.pool.query('SELECT pylon_sync.retry_edits(ARRAY[$1::bigint])', [contact]);
  await until(mirrored, database, 'applied', 'applied');
  expect(found(mirrored.sandbox, 'After it')).toMatchObject([{ object: { requester: { email: taken } } }]);
});

test('an import of more tickets than the guard allows waits for an approval', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({ issues: 8 });
  await push(mirrored, { allow: ALLOW, editGuard: 5 });
  await database.pool.query(
    `SELECT pylon.import_issue('Bulk ' || n, 'new', ${said}, created_at => '${CREATED}') FROM generate_series(1, 6) AS n`,
  );
  expect(new Set(await statesIn(database))).toEqual(new Set(['draft']));
  await push(mirrored, { allow: ALLOW, editGuard: 5 });
  expect(sentTo(mirrored, 'POST /import/issues')).toBe(0);
  await database.pool.query('SELECT pylon_sync.approve_edits(ARRAY(SELECT id FROM pylon_sync.edits))');
  await push(mirrored, { allow: ALLOW, editGuard: 5 });
  expect(sentTo(mirrored, 'POST /import/issues')).toBe(6);
  const messages = async () => {
    await mirrored.session.drain();
    const { rows } = await database.pool.query(
      "SELECT count(*)::int AS read FROM pylon.issues i JOIN pylon.issue_messages m ON m.issue_id = i.id WHERE title LIKE 'Bulk%'",
    );
    return rows[0].read;
  };
  expect(await messages()).toBe(6);
  // Nothing but the import says that there is something to read.
  await call(database, `import_issue('Bulk more', 'new', ${said}, created_at => '${CREATED}')`);
  await push(mirrored, { allow: ALLOW });
  expect(await messages()).toBe(7);
});
