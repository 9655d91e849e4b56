import { expect } from 'vitest';
import { purge } from '../../src/db/retention/purge.ts';
import { previewEdits } from '../../src/sync/push/preview.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { allowOperations, refusalOf } from '../helpers/edit-permissions.ts';
import { editsIn, push, pushOptions, statesIn } from '../helpers/edits.ts';
import { test } from '../helpers/session.ts';

const ALLOW = ['create', 'message', 'import', 'delete'];

const call = async (
  { pool }: TestDatabase,
  asked: string,
  values: readonly unknown[] = [],
): Promise<number> => Number((await pool.query(`SELECT pylon.${asked} AS id`, [...values])).rows[0].id);

const contents = async ({ pool }: TestDatabase) =>
  Number((await pool.query('SELECT count(*) FROM pylon_sync.files')).rows[0].count);

test('notes, replies, new and imported issues wait for the address that an upload gives, and are sent with it', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({ issues: 8 });
  const { sandbox } = mirrored;
  await push(mirrored, { allow: ALLOW });
  const issue = String([...sandbox.world.all('issues')][0]?.object.id);
  const account = String([...sandbox.world.all('accounts')][0]?.object.id);
  const upload = await call(
    database,
    "upload_attachment($1, 'naïve \"plan\".pdf', description => 'A plan')",
    [Buffer.from([0, 255, 13, 10, 45, 45])],
  );
  await call(
    database,
    `add_note($1, '<p>See</p>', attachment_urls => '{edit:${upload},https://files.example/x.png}')`,
    [issue],
  );
  await database.pool.query(
    `INSERT INTO pylon.issues (title, body_html, account_id, attachment_urls) VALUES ('With file', 'x', $1, '{edit:${upload}}')`,
    [account],
  );
  await call(
    database,
    `import_issue('Old file', 'closed', '[{"body_html": "x", "is_private": false, "attachment_urls": ["edit:${upload}"]}]')`,
  );
  expect((await editsIn(database))[0]?.changes).toEqual({
    ...{ action: 'upload_attachment', description: 'A plan', file_name: 'naïve "plan".pdf' },
    ...{ file: { bytes: 6 }, bytes: 6 },
  });
  const [preview] = await previewEdits(mirrored.session.ctx, pushOptions({ allow: ALLOW }));
  expect(preview?.request).toEqual({
    ...{ method: 'POST', path: '/attachments' },
    body: { description: 'A plan', file: { file_name: 'naïve "plan".pdf', bytes: 6 } },
  });
  // An upload whose answer is lost is done again: a file that nothing names is seen nowhere.
  sandbox.faults.add({ endpoint: 'POST /attachments', kind: 'lost-answer' });
  await expect
    .poll(async () => {
      await push(mirrored, { allow: ALLOW });
      return statesIn(database);
    })
    .toEqual(['applied', 'applied', 'applied', 'applied']);
  const [edit] = await editsIn(database);
  const { url } = edit?.remote ?? {};
  expect(url).toMatch(/^https:/);
  const made = sandbox.world.get('attachments', String(edit?.record_id));
  expect(made).toMatchObject({ name: 'naïve "plan".pdf', description: 'A plan' });
  const sent = (endpoint: string) => sandbox.requests.find((request) => request.endpoint === endpoint)?.body;
  expect(sent('POST /attachments')).toMatchObject({ file: { size: 6, type: 'application/pdf' } });
  expect(sent('POST /issues/{id}/note')).toMatchObject({
    attachment_urls: [url, 'https://files.example/x.png'],
  });
  expect(sent('POST /issues')).toMatchObject({ attachment_urls: [url] });
  expect(sent('POST /import/issues')).toMatchObject({ messages: [{ attachment_urls: [url] }] });
  // Once it has an address, a call has that.
  await call(database, `add_note($1, 'later', attachment_urls => '{edit:${upload}}')`, [issue]);
  expect((await editsIn(database)).at(-1)?.changes).toMatchObject({ attachment_urls: [url] });
  expect(await contents(database)).toBe(0);
});

test('a refused upload takes along what waits for it, and a retry sends both; the content stays until then', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({ issues: 8 });
  await push(mirrored, { allow: ALLOW });
  const issue = String([...mirrored.sandbox.world.all('issues')][0]?.object.id);
  const upload = await call(database, "upload_attachment($1, 'a.txt')", [Buffer.from('text')]);
  await call(database, `add_note($1, 'See', attachment_urls => '{edit:${upload}}')`, [issue]);
  mirrored.sandbox.faults.add({ endpoint: 'POST /attachments', kind: '403' });
  await expect
    .poll(async () => {
      await push(mirrored, { allow: ALLOW });
      return statesIn(database);
    })
    .toEqual(['failed', 'failed']);
  expect(await contents(database)).toBe(1);
  await database.pool.query('SELECT pylon_sync.retry_edit($1)', [upload]);
  await expect
    .poll(async () => {
      await push(mirrored, { allow: ALLOW });
      return statesIn(database);
    })
    .toEqual(['applied', 'applied']);
  expect(await contents(database)).toBe(0);
});

test('contents are for nobody else, and are erased with their edits', async ({ mirror, database }) => {
  const mirrored = await mirror({ issues: 8 });
  await push(mirrored, { allow: ALLOW });
  const account = String([...mirrored.sandbox.world.all('accounts')][0]?.object.id);
  const discarded = await call(database, "upload_attachment($1, 'a.txt')", [Buffer.from('secret')]);
  await call(database, "upload_account_file($1, $2, 'b.txt')", [account, Buffer.from('secret')]);
  expect(await contents(database)).toBe(2);
  for (const role of ['pylon_reader', 'pylon_editor', 'pylon_approver'])
    expect(
      (
        await database.pool.query("SELECT has_table_privilege($1, 'pylon_sync.files', 'SELECT') AS may", [
          role,
        ])
      ).rows,
    ).toEqual([{ may: false }]);
  const text = await database.pool.query('SELECT edits::text FROM pylon_sync.edits');
  expect(JSON.stringify(text.rows)).not.toContain('secret');
  await database.pool.query('SELECT pylon_sync.discard_edit($1)', [discarded]);
  expect(await contents(database)).toBe(1);
  await database.pool.query('DELETE FROM pylon_sync.edits');
  expect(await contents(database)).toBe(0);
  await expect(purge(mirrored.session.ctx.db, 'nothing', { dryRun: true })).rejects.toThrow(
    'nothing is known',
  );
});

test('a text for training data whose answer was lost is sent again where its external id tells Pylon so, and is for a person elsewhere', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({ issues: 8 });
  const { sandbox } = mirrored;
  await push(mirrored, { allow: ALLOW });
  const id = String([...sandbox.world.all('training_data')][1]?.object.id);
  const documents = () => {
    const { documents: all } = sandbox.world.get('training_data', id) as {
      documents: { external_id: string; file_name: string }[];
    };
    return all.filter(({ file_name }) => file_name.startsWith('lost'));
  };
  const requests = () =>
    sandbox.requests.filter(({ endpoint }) => endpoint === 'POST /training-data/upload-content').length;
  const lose = () =>
    sandbox.faults.add({ endpoint: 'POST /training-data/upload-content', kind: 'lost-answer' });
  const settled = (states: readonly string[]) =>
    expect
      .poll(async () => {
        await push(mirrored, { allow: ALLOW });
        return statesIn(database);
      })
      .toEqual(states);

  await call(database, "add_training_text($1, 'One', 'lost.md', external_id => 'doc-lost')", [id]);
  lose();
  await settled(['applied']);
  expect(requests()).toBe(2);
  expect(documents()).toMatchObject([{ external_id: 'doc-lost', file_name: 'lost.md' }]);

  await call(database, "add_training_text($1, 'Two', 'lost-2.md')", [id]);
  lose();
  await settled(['applied', 'failed']);
  expect((await editsIn(database))[1]?.error).toMatch(/^the answer was lost: it may have been done/);
  expect(requests()).toBe(3);
  expect(documents().map(({ file_name }) => file_name)).toEqual(['lost.md', 'lost-2.md']);
});

test('files that cannot be sent are refused at the call', async ({ mirror, database }) => {
  const mirrored = await mirror({ issues: 8 });
  await allowOperations(database, ...ALLOW);
  const training = String([...mirrored.sandbox.world.all('training_data')][1]?.object.id);
  for (const [asked, message] of [
    ["upload_attachment(file_name => 'a')", 'pylon.upload_attachment takes either file or file_url'],
    [
      "upload_attachment('x'::bytea, 'a', 'https://a.example/b')",
      'pylon.upload_attachment takes either file or file_url',
    ],
    ["upload_attachment('x'::bytea)", 'file_name of pylon.upload_attachment is missing'],
    ["upload_attachment(''::bytea, 'a')", 'file of pylon.upload_attachment takes files that are not empty'],
    [
      "upload_attachment(convert_to(repeat('x', 26214401), 'UTF8'), 'a')",
      'file of pylon.upload_attachment takes at most 25 MiB',
    ],
    [
      "upload_attachment(file_url => 'file:///etc/passwd')",
      'file_url of pylon.upload_attachment takes an address that begins with https://',
    ],
    [
      `upload_training_files('${training}', ARRAY['x','y']::bytea[], '{a}')`,
      'file_names of pylon.upload_training_files has another number of elements than files',
    ],
    [
      `upload_training_files('${training}', array_fill('x'::bytea, '{11}'), '{a}')`,
      'files of pylon.upload_training_files takes at most 10 files',
    ],
    [`upload_training_files('${training}', NULL, '{a}')`, 'files of pylon.upload_training_files is missing'],
    [
      `delete_training_documents('${training}')`,
      'pylon.delete_training_documents needs at least one of document_ids or external_ids',
    ],
  ] as const)
    expect((await refusalOf(database, `SELECT pylon.${asked}`)).message).toBe(message);
  const contact = await call(database, "import_contact('N', 'n@n.example')");
  expect(
    (
      await refusalOf(
        database,
        `INSERT INTO pylon.issues (title, body_html, requester_email, attachment_urls) VALUES ('T', 'x', 'a@a.example', '{edit:${contact}}')`,
      )
    ).message,
  ).toBe(`edit ${contact} uploads no attachment`);
});
