import { afterAll, beforeAll, expect } from 'vitest';
import { asDaemon } from '../helpers/as-daemon.ts';
import { createDatabase, type OwnDatabase, type TestDatabase, test } from '../helpers/database.ts';
import { allowOperations, refusalOf } from '../helpers/edit-permissions.ts';
import { editsIn } from '../helpers/edits.ts';
import { knowsWhole, publishes } from '../helpers/knowledge.ts';

const KNOWN = ['issue_statuses', 'users', 'contacts', 'custom_fields'];

async function prepare(database: TestDatabase): Promise<void> {
  await allowOperations(database, 'import');
  await asDaemon(
    database.pool,
    `INSERT INTO pylon.users (id, name, email, emails) VALUES ('u1', 'Ana', 'ana@acme.com', '{ana@acme.com}');
     INSERT INTO pylon.contacts (id, name, email) VALUES ('c1', 'Cleo', 'cleo@them.com');
     INSERT INTO pylon.custom_fields (id, object_type, slug, type, is_read_only) VALUES ('f1', 'issue', 'seats', 'number', false);
     INSERT INTO pylon.issue_statuses (id, slug, label) VALUES ('closed', 'closed', 'Closed'), ('new', 'new', 'New')`,
  );
  await publishes(database, KNOWN);
  for (const resource of KNOWN) await knowsWhole(database, resource);
}

/** Of all calls that are refused: they leave nothing. */
let unchanged: OwnDatabase;
beforeAll(async () => {
  unchanged = await createDatabase();
  await prepare(unchanged);
});
afterAll(() => unchanged?.drop());

const said = (more: object = {}) =>
  `'${JSON.stringify([
    { body_html: '<p>x</p>', is_private: false },
    { body_html: 'y', is_private: true, ...more },
  ])}'`;

test.for<[call: string, message: string | RegExp]>([
  [`import_issue(NULL, 'new', ${said()})`, 'title of pylon.import_issue is missing'],
  [`import_issue(' ', 'new', ${said()})`, 'title of pylon.import_issue takes a text that is not empty'],
  [
    `import_issue('T', 'gone', ${said()})`,
    /column "state" of pylon.issues cannot be "gone": it takes closed, new/,
  ],
  ["import_issue('T', 'new', '[]')", 'messages of pylon.import_issue takes at least one object'],
  ["import_issue('T', 'new', '{}')", 'messages of pylon.import_issue takes a list of objects'],
  ["import_issue('T', 'new', '[1]')", 'messages of pylon.import_issue takes a list of objects'],
  [
    `import_issue('T', 'new', '[{"body_html": "x"}]')`,
    'messages[1].is_private of pylon.import_issue is missing',
  ],
  [
    `import_issue('T', 'new', ${said({ is_private: 'yes' })})`,
    'messages[2].is_private of pylon.import_issue takes true or false',
  ],
  [
    `import_issue('T', 'new', ${said({ created_at: 'last May' })})`,
    'messages[2].created_at of pylon.import_issue takes an instant of the years 2 to 9999: the first year stands for no time',
  ],
  [
    `import_issue('T', 'new', ${said({ sent_at: 'x' })})`,
    'messages[2].sent_at of pylon.import_issue is not known',
  ],
  [
    `import_issue('T', 'new', ${said({ user_id: 'u1', contact_id: 'c1' })})`,
    'messages[2]: pylon.import_issue takes one of user_id and contact_id at most',
  ],
  [
    `import_issue('T', 'new', ${said({ user_id: 'u9' })})`,
    /messages\[\]\.user_id of pylon\.import_issue cannot be "u9": there is no such row in pylon\.users/,
  ],
  [
    `import_issue('T', 'new', ${said()}, assignee_id => 'u9')`,
    /assignee_id of pylon\.import_issue cannot be "u9": there is no such row in pylon\.users/,
  ],
  [
    `import_issue('T', 'new', ${said()}, requester_id => 'who@them.com')`,
    'there is no contact "who@them.com" here',
  ],
  [
    `import_issue('T', 'new', ${said()}, issue_number => 0)`,
    'issue_number of pylon.import_issue takes a whole number above 0',
  ],
  [
    `import_issue('T', 'new', ${said()}, custom_fields => '{"seats": "many"}')`,
    /custom field "seats" of pylon.issues cannot be "many": it takes a number/,
  ],
  [
    `import_issue('T', 'new', ${said()}, custom_fields => '{"seats": {"value": "1"}}')`,
    'custom_fields of pylon.import_issue takes an object with a text, or a list of texts, for each slug',
  ],
  [
    `import_issue('T', 'new', ${said()}, external_refs => '{"zendesk": "1"}')`,
    'external_refs.zendesk of pylon.import_issue is not known',
  ],
  [`import_messages('i9', ${said()})`, 'there is no issue "i9" here'],
  [
    "import_contact('N', 'n@x.com', portal_role => 'boss')",
    /"portal_role" of pylon.contacts cannot be "boss"/,
  ],
  [`import_issue('T', 'new', ${said()}, requester_id => 'edit:99')`, 'you have made no edit 99'],
])('pylon.%s is refused', async ([call, message]) => {
  const refusal = await refusalOf(unchanged, `SELECT pylon.${call}`);
  if (typeof message === 'string') expect(refusal.message).toBe(message);
  else expect(refusal.message).toMatch(message);
  expect(await editsIn(unchanged)).toEqual([]);
});

test('an import is queued with ids for addresses, and without its kind it is refused', async ({
  database,
}) => {
  await prepare(database);
  const { pool } = database;
  const { rows } = await pool.query<{ contact: string }>(
    "SELECT pylon.import_contact('N', 'n@x.com') AS contact",
  );
  const contact = rows[0]?.contact;
  await pool.query(
    `SELECT pylon.import_issue('T', 'closed', ${said({ contact_id: 'Cleo@Them.com' })}, assignee_id => 'ana@acme.com',
       requester_id => 'edit:${contact}', custom_fields => '{"seats": 5}')`,
  );
  expect(
    await refusalOf(
      database,
      `SELECT pylon.import_issue('T', 'new', ${said()}, assignee_id => 'edit:${contact}')`,
    ),
  ).toMatchObject({
    message: `edit ${contact} creates no row of pylon.users`,
  });
  const [first, second] = await editsIn(database);
  expect(second).toMatchObject({
    ...{ operation: 'create', record_id: expect.stringMatching(/^local-/) },
    changes: { assignee_id: 'u1', requester_id: first?.record_id, messages: [{}, { contact_id: 'c1' }] },
  });
  // What is to be imported is no row yet.
  expect((await pool.query('SELECT FROM pylon.issues')).rows).toEqual([]);
  await pool.query('SELECT pylon_sync.discard_edits(ARRAY[$1::bigint])', [first?.id]);
  expect(
    await refusalOf(
      database,
      `SELECT pylon.import_issue('T', 'new', ${said()}, requester_id => 'edit:${contact}')`,
    ),
  ).toMatchObject({ message: `edit ${contact} was discarded` });
  await allowOperations(database, 'create', 'message', 'update');
  expect(await refusalOf(database, "SELECT pylon.import_contact('N', 'n@x.com')")).toMatchObject({
    message: 'edits of the kind "import" are not allowed here',
  });
});
