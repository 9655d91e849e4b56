import pg from 'pg';
import { describe, expect } from 'vitest';
import { asDaemon } from '../helpers/as-daemon.ts';
import { type TestDatabase, test } from '../helpers/database.ts';
import { allowOperations } from '../helpers/edit-permissions.ts';
import { editsIn } from '../helpers/edits.ts';

const ISSUES = `
  INSERT INTO pylon.issues (id, number, title, state, tags, custom_fields, _hash)
  VALUES ('i1', 1, 'One', 'new', '{a,b}', '{"priority": "low", "areas": ["x", "y"]}', 'h1'),
         ('i2', 2, 'Two', 'new', NULL, '{}', 'h2');
  INSERT INTO pylon.custom_fields (id, object_type, slug) VALUES ('f1', 'issue', 'areas');
  INSERT INTO pylon.milestones (id, project_id, name, _hash) VALUES ('m1', 'p1', 'M', 'h3');
  INSERT INTO pylon.articles (id, knowledge_base_id, title, _hash) VALUES ('k1', 'kb1', 'A', 'h4');`;

type Row = Readonly<Record<string, unknown>>;

const query = async ({ pool }: TestDatabase, text: string) => (await pool.query<Row>(text)).rows;
const rowOf = async (database: TestDatabase, id = 'i1', table = 'issues') =>
  (await query(database, `SELECT * FROM pylon.${table} WHERE id = '${id}'`))[0] ?? {};
const rereads = (database: TestDatabase) =>
  query(database, 'SELECT resource, record_id, facts, reason FROM pylon_sync.rereads ORDER BY 1, 2');

/** As the daemon leaves an edit: in a state, its row showing Pylon's values. */
const settled = (database: TestDatabase, id: number, edit: string, row?: string) =>
  asDaemon(
    database.pool,
    `UPDATE pylon_sync.edits SET ${edit} WHERE id = ${id}; ${row === undefined ? '' : `UPDATE pylon.issues SET ${row} WHERE id = 'i1'`}`,
  );

async function refusal({ pool }: TestDatabase, statement: string) {
  const error = await pool.query(statement).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!(error instanceof pg.DatabaseError)) throw new Error(`not refused: ${statement}`);
  return error;
}

describe('discarding', () => {
  test('shows what stood before at once, and has Pylon asked', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    await query(
      database,
      `UPDATE pylon.issues SET title = 'Mine', tags = '{b,c}',
              custom_fields = '{"priority": "high", "areas": ["y", "z"]}' WHERE id = 'i1'`,
    );
    await query(database, 'SELECT pylon_sync.discard_edit(1)');
    expect(await rowOf(database)).toMatchObject({
      title: 'One',
      tags: ['a', 'b'],
      custom_fields: { priority: 'low', areas: ['x', 'y'] },
      _hash: 'none',
    });
    const [edit] = await editsIn(database);
    expect(edit).toMatchObject({ state: 'discarded', error: expect.stringMatching(/^discarded by \w+/) });
    expect(await rereads(database)).toEqual([
      { resource: 'issues', record_id: 'i1', facts: {}, reason: 'hint' },
    ]);
    expect(await editsIn(database)).toHaveLength(1);
  });

  test('shows what Pylon was last seen to hold, where it was seen since', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    await query(
      database,
      `UPDATE pylon.issues SET title = 'Mine', custom_fields = custom_fields || '{"priority": "high"}' WHERE id = 'i1'`,
    );
    const shadow = '{"title": "Theirs", "custom_fields": {"priority": "urgent", "areas": []}}';
    await settled(database, 1, `shadow = '${shadow}'`);
    await query(database, 'SELECT pylon_sync.discard_edit(1)');
    expect(await rowOf(database)).toMatchObject({
      title: 'Theirs',
      custom_fields: { priority: 'urgent', areas: ['x', 'y'] },
    });
  });

  test('of an earlier edit leaves a later one of the same field shown', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    for (const title of ['First', 'Second'])
      await query(database, `UPDATE pylon.issues SET title = '${title}' WHERE id = 'i1'`);
    await query(database, 'SELECT pylon_sync.discard_edit(1)');
    expect(await rowOf(database)).toMatchObject({ title: 'Second', _hash: 'none' });
    await query(database, 'SELECT pylon_sync.discard_edit(2)');
    // What Pylon holds: the earlier edit's value was never there.
    expect(await rowOf(database)).toMatchObject({ title: 'One' });
  });

  test('of a later edit leaves the earlier one shown, and nothing else', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    await query(database, "UPDATE pylon.issues SET title = 'First', tags = '{a,b,c}' WHERE id = 'i1'");
    await query(database, "UPDATE pylon.issues SET title = 'Second', tags = '{c,d}' WHERE id = 'i1'");
    await query(database, 'SELECT pylon_sync.discard_edit(2)');
    expect(await rowOf(database)).toMatchObject({ title: 'First', tags: ['a', 'b', 'c'] });
    await query(database, 'SELECT pylon_sync.discard_edit(1)');
    expect(await rowOf(database)).toMatchObject({ title: 'One', tags: ['a', 'b'] });
  });

  test('of many goes back to where the first began, and counts', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    for (const title of ['First', 'Second'])
      await query(database, `UPDATE pylon.issues SET title = '${title}'`);
    await settled(database, 4, "state = 'applied'");
    expect(
      await query(
        database,
        'SELECT pylon_sync.discard_edits(ARRAY(SELECT id FROM pylon_sync.edits)) AS dropped',
      ),
    ).toEqual([{ dropped: 3 }]);
    expect(await rowOf(database)).toMatchObject({ title: 'One' });
  });

  test('asks for a record by the path that it has', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    await query(database, "UPDATE pylon.articles SET title = 'B'");
    await query(database, 'SELECT pylon_sync.discard_edit(1)');
    expect(await rereads(database)).toEqual([
      { resource: 'articles', record_id: 'k1', facts: { knowledge_base_id: 'kb1' }, reason: 'hint' },
    ]);
  });

  test('of what was refused leaves the row alone, which shows Pylon’s value', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    await query(database, "UPDATE pylon.issues SET title = 'Mine' WHERE id = 'i1'");
    await settled(database, 1, "state = 'failed'", "title = 'Theirs'");
    await query(database, 'SELECT pylon_sync.discard_edit(1)');
    expect(await rowOf(database)).toMatchObject({ title: 'Theirs', _hash: 'h1' });
  });
});

describe('retrying', () => {
  test('shows the local value again and forgets what went wrong', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    await query(
      database,
      `UPDATE pylon.issues SET title = 'Mine', tags = '{b,c}',
              custom_fields = custom_fields - 'priority' WHERE id = 'i1'`,
    );
    await settled(
      database,
      1,
      "state = 'failed', settled_at = now(), attempts = 4, error = 'no', http_status = 400, request_id = 'r', sent = '{}', sent_at = now()",
      `title = 'Theirs', tags = '{a,b,d}', custom_fields = '{"priority": "low", "tier": "gold"}'`,
    );
    await query(database, 'SELECT pylon_sync.retry_edit(1)');
    expect(await rowOf(database)).toMatchObject({
      title: 'Mine',
      tags: ['b', 'd', 'c'],
      custom_fields: { tier: 'gold' },
      _hash: 'h1',
    });
    const [edit] = await editsIn(database);
    expect(edit).toMatchObject({
      ...{ state: 'pending', attempts: 0, error: null, http_status: null, request_id: null },
      ...{ settled_at: null, sent: null, sent_at: null },
    });
  });

  test('of one that waits only ends its waiting: what may be on its way stays known', async ({
    database,
  }) => {
    await asDaemon(database.pool, ISSUES);
    await query(database, "UPDATE pylon.issues SET title = 'Mine' WHERE id = 'i1'");
    await settled(
      database,
      1,
      `attempts = 3, sent = '{"title": "Mine"}', sent_at = now(), next_attempt_at = now() + interval '1 hour'`,
    );
    await query(database, 'SELECT pylon_sync.retry_edit(1)');
    expect(
      await query(
        database,
        'SELECT state, attempts, sent, sent_at IS NOT NULL AS lost, next_attempt_at <= now() AS due FROM pylon_sync.edits',
      ),
    ).toEqual([{ state: 'pending', attempts: 3, sent: { title: 'Mine' }, lost: true, due: true }]);
  });

  test('does not cover what a later edit shows', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    await query(database, "UPDATE pylon.issues SET title = 'First', state = 'closed' WHERE id = 'i1'");
    await settled(database, 1, "state = 'failed'", "title = 'One', state = 'new'");
    await query(database, "UPDATE pylon.issues SET title = 'Second' WHERE id = 'i1'");
    await query(database, 'SELECT pylon_sync.retry_edit(1)');
    expect(await rowOf(database)).toMatchObject({ title: 'Second', state: 'closed' });
    expect(await editsIn(database)).toHaveLength(2);
  });

  test('is refused where the record is gone', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    await query(database, "UPDATE pylon.issues SET title = 'Mine' WHERE id = 'i1'");
    await settled(database, 1, "state = 'failed'", '_deleted_at = now()');
    expect(await refusal(database, 'SELECT pylon_sync.retry_edit(1)')).toMatchObject({
      message: expect.stringContaining('its record was deleted in Pylon'),
    });
    expect(await editsIn(database)).toMatchObject([{ state: 'failed' }]);
  });
});

describe('resolving', () => {
  const conflicted = async (database: TestDatabase) => {
    await asDaemon(database.pool, ISSUES);
    await query(
      database,
      `UPDATE pylon.issues SET title = 'Mine', state = 'closed',
              custom_fields = custom_fields || '{"priority": "high"}' WHERE id = 'i1'`,
    );
    await settled(
      database,
      1,
      `state = 'conflict', held = '{title,custom_fields.priority}',
       remote = '{"title": "Theirs", "state": "new", "custom_fields.priority": "urgent"}'`,
      `title = 'Theirs', state = 'closed', custom_fields = '{"priority": "urgent"}'`,
    );
  };

  test('for the edit sends its held fields whatever Pylon holds', async ({ database }) => {
    await conflicted(database);
    await query(database, "SELECT pylon_sync.resolve_edit(1, 'local')");
    const [edit] = await editsIn(database);
    expect(edit).toMatchObject({
      ...{ state: 'pending', held: null, forced: ['title', 'custom_fields.priority'] },
      base: { title: 'Theirs', state: 'new', custom_fields: { priority: 'urgent' } },
    });
    expect(await rowOf(database)).toMatchObject({ title: 'Mine', custom_fields: { priority: 'high' } });
  });

  test('for Pylon drops it', async ({ database }) => {
    await conflicted(database);
    await query(database, "SELECT pylon_sync.resolve_edit(1, 'pylon')");
    expect(await editsIn(database)).toMatchObject([
      { state: 'discarded', error: expect.stringMatching(/ by /) },
    ]);
    expect(await rowOf(database)).toMatchObject({ title: 'Theirs' });
  });
});

describe('a DELETE that waits for a person', () => {
  const held = async (database: TestDatabase, state: string) => {
    await allowOperations(database, 'delete', 'update');
    await asDaemon(database.pool, ISSUES);
    await query(database, "DELETE FROM pylon.issues WHERE id = 'i1'");
    await asDaemon(
      database.pool,
      `INSERT INTO pylon.issues (id, number, title, state, _hash) VALUES ('i1', 1, 'Theirs', 'new', 'h9');
       UPDATE pylon_sync.edits SET state = '${state}', held = '{title}', remote = '{"title": "Theirs"}', shadow = '{"title": "One"}'`,
    );
  };
  const rows = (database: TestDatabase) => query(database, "SELECT id FROM pylon.issues WHERE id = 'i1'");

  test('takes its row away again once it is decided for, and starts from what that showed', async ({
    database,
  }) => {
    await held(database, 'conflict');
    await query(database, "SELECT pylon_sync.resolve_edit(1, 'local')");
    expect(await rows(database)).toEqual([]);
    expect(await editsIn(database)).toMatchObject([
      {
        state: 'pending',
        held: null,
        forced: ['title'],
        shadow: null,
        base: { title: 'Theirs', _hash: 'h9' },
      },
    ]);
    // It is no edit by itself.
    expect(await editsIn(database)).toHaveLength(1);
    await query(database, 'SELECT pylon_sync.discard_edit(1)');
    expect(await rowOf(database)).toMatchObject({ title: 'Theirs' });
  });

  test('leaves its row where it is decided against', async ({ database }) => {
    await held(database, 'conflict');
    await query(database, "SELECT pylon_sync.resolve_edit(1, 'pylon')");
    expect(await rowOf(database)).toMatchObject({ title: 'Theirs' });
    expect(await editsIn(database)).toMatchObject([{ state: 'discarded' }]);
  });

  test.for(['conflict', 'failed'])(
    'that is %s is not tried again where the record is gone',
    async (state, { database }) => {
      await held(database, state);
      await asDaemon(database.pool, "UPDATE pylon.issues SET _deleted_at = now() WHERE id = 'i1'");
      expect(await refusal(database, 'SELECT pylon_sync.retry_edit(1)')).toMatchObject({
        message: expect.stringContaining('its record was deleted in Pylon'),
      });
      expect(await editsIn(database)).toMatchObject([{ state }]);
    },
  );
});

describe('what cannot be done is refused with the reason', () => {
  test.for([
    ['draft', 'retry_edit(1)', /edit 1 is draft: there is nothing to retry/, '55000'],
    ['sending', 'discard_edit(1)', /edit 1 is sending/, '55000'],
    ['applied', 'discard_edit(1)', /edit 1 is applied/, '55000'],
    ['discarded', 'retry_edit(1)', /edit 1 is discarded/, '55000'],
    ['pending', 'approve_edit(1)', /edit 1 is pending/, '55000'],
    ['failed', "resolve_edit(1, 'local')", /edit 1 is failed/, '55000'],
    ['conflict', "resolve_edit(1, 'remote')", /resolved with 'local'.* or 'pylon'/, '22023'],
    ['conflict', 'resolve_edit(1, NULL)', /resolved with 'local'.* or 'pylon'/, '22023'],
    ['pending', 'discard_edit(77)', /there is no edit 77/, 'P0002'],
    ['pending', 'discard_edits()', /takes ids of edits, a transaction, or both/, '22023'],
    ['pending', 'approve_edits()', /takes ids of edits, a transaction, or both/, '22023'],
    ['pending', 'undo(1)', /edit 1 cannot be undone: it is pending/, '55000'],
    ['failed', 'undo(1)', /edit 1 cannot be undone: it is failed/, '55000'],
    ['applied', 'undo(1)', /its record has the earlier values already/, '55000'],
    ['applied', 'undo(NULL)', /there is no edit NULL/, 'P0002'],
  ] as const)('an edit that is %s: %s', async ([state, call, message, code], { database }) => {
    await asDaemon(database.pool, ISSUES);
    await query(database, "UPDATE pylon.issues SET title = 'Mine' WHERE id = 'i1'");
    await settled(database, 1, `state = '${state}'`, "title = 'One'");
    const error = await refusal(database, `SELECT pylon_sync.${call}`);
    expect(error.message).toMatch(message);
    expect(error.code).toBe(code);
    expect(await editsIn(database)).toMatchObject([{ state }]);
  });
});

describe('drafts', () => {
  test('go when they are approved, one transaction’s or some', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    await query(
      database,
      "BEGIN; SET LOCAL pylon_sync.draft = on; UPDATE pylon.issues SET title = 'A'; COMMIT",
    );
    await query(
      database,
      "BEGIN; SET LOCAL pylon_sync.draft = on; UPDATE pylon.issues SET state = 'closed' WHERE id = 'i1'; COMMIT",
    );
    const first = 'SELECT txid FROM pylon_sync.edits WHERE id = 1';
    expect(await query(database, `SELECT pylon_sync.approve_edits(txid => (${first})) AS approved`)).toEqual([
      { approved: 2 },
    ]);
    await query(database, 'SELECT pylon_sync.approve_edit(3)');
    expect((await editsIn(database)).map(({ state }) => state)).toEqual(['pending', 'pending', 'pending']);
  });

  test('are let go by who was given that, and by no editor', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    const as = (role: string, statement: string) => `BEGIN; SET LOCAL ROLE ${role}; ${statement}; COMMIT`;
    const client = await database.pool.connect();
    try {
      await client.query(
        as('pylon_editor', "SET LOCAL pylon_sync.draft = on; UPDATE pylon.issues SET title = 'A'"),
      );
      for (const call of [
        'approve_edit(1)',
        "approve_edits('{1}')",
        "_drop_edits('{1}', '')",
        "_mark_as_daemon('on')",
      ]) {
        await expect(client.query(as('pylon_editor', `SELECT pylon_sync.${call}`))).rejects.toThrow(
          /permission denied/,
        );
        await client.query('ROLLBACK');
      }
      await client.query(as('pylon_approver', 'SELECT pylon_sync.approve_edit(1)'));
      await expect(client.query(as('pylon_approver', 'SELECT pylon_sync.discard_edit(1)'))).rejects.toThrow(
        /permission denied/,
      );
      await client.query('ROLLBACK');
      await client.query(as('pylon_editor', 'SELECT pylon_sync.discard_edit(1), pylon_sync.discard_edit(2)'));
    } finally {
      client.release();
    }
    expect((await editsIn(database)).map(({ state }) => state)).toEqual(['discarded', 'discarded']);
  });
});

test('a user’s writes after such a function are captured as before', async ({ database }) => {
  await asDaemon(database.pool, ISSUES);
  await query(database, "UPDATE pylon.issues SET title = 'Mine' WHERE id = 'i1'");
  await query(
    database,
    "BEGIN; SELECT pylon_sync.discard_edit(1); UPDATE pylon.issues SET title = 'Again' WHERE id = 'i1'; COMMIT",
  );
  expect(await editsIn(database)).toMatchObject([
    { state: 'discarded' },
    { state: 'pending', changes: { title: 'Again' }, base: { title: 'One' } },
  ]);
});

describe('undoing', () => {
  test('queues the reverse, of sets and custom fields what the edit did to them', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    await query(
      database,
      `UPDATE pylon.issues SET title = 'Mine', tags = '{b,c}',
              custom_fields = '{"priority": "high", "areas": ["x"]}' WHERE id = 'i1'`,
    );
    await settled(
      database,
      1,
      "state = 'applied'",
      `tags = tags || '{later}', custom_fields = custom_fields || '{"tier": "gold"}'`,
    );
    const client = await database.pool.connect();
    const notices: string[] = [];
    client.on('notice', ({ message }) => notices.push(String(message)));
    const { rows } = await client
      .query('BEGIN; SET LOCAL ROLE pylon_editor; SELECT pylon_sync.undo(1)::integer AS id; COMMIT')
      .then((results) => (results as unknown as { rows: Row[] }[])[2] ?? { rows: [] });
    client.release();
    expect([rows, notices]).toEqual([[{ id: 2 }], []]);
    expect(await rowOf(database)).toMatchObject({
      title: 'One',
      tags: ['b', 'later', 'a'],
      custom_fields: { priority: 'low', areas: ['x', 'y'], tier: 'gold' },
    });
    const [, reverse] = await editsIn(database);
    expect(reverse).toMatchObject({ state: 'pending', base: { title: 'Mine', tags: ['b', 'c', 'later'] } });
  });

  test('says where others have changed the same since', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    await query(database, "UPDATE pylon.issues SET title = 'Mine', state = 'closed' WHERE id = 'i1'");
    await settled(database, 1, "state = 'applied'", "title = 'Theirs'");
    const client = await database.pool.connect();
    const notices: string[] = [];
    client.on('notice', ({ message }) => notices.push(String(message)));
    await client.query('SELECT pylon_sync.undo(1)');
    client.release();
    expect(notices).toEqual(['edit 1 was not the last to change title']);
    expect((await editsIn(database))[1]).toMatchObject({ base: { title: 'Theirs', state: 'closed' } });
  });

  test.for([
    ["operation = 'delete'", /a record deleted in Pylon cannot be restored/],
    ["operation = 'create'", /only a DELETE removes/],
    ["operation = 'action'", /cannot be reversed/],
  ] as const)('is refused where %s', async ([set, message], { database }) => {
    await asDaemon(database.pool, ISSUES);
    await query(database, "UPDATE pylon.issues SET title = 'Mine' WHERE id = 'i1'");
    await settled(database, 1, `state = 'applied', ${set}`);
    expect((await refusal(database, 'SELECT pylon_sync.undo(1)')).message).toMatch(message);
  });

  test('is refused where the record is gone, or Pylon cannot go back', async ({ database }) => {
    await asDaemon(database.pool, `${ISSUES} UPDATE pylon.issues SET type = 'conversation'`);
    await query(database, "UPDATE pylon.issues SET type = 'ticket'");
    await settled(database, 1, "state = 'applied'");
    await settled(database, 2, "state = 'applied'");
    expect((await refusal(database, 'SELECT pylon_sync.undo(1)')).message).toMatch(
      /a ticket cannot become a conversation again/,
    );
    await asDaemon(database.pool, 'UPDATE pylon.issues SET _deleted_at = now()');
    expect((await refusal(database, 'SELECT pylon_sync.undo(2)')).message).toMatch(/i2 is gone from Pylon/);
  });
});

describe('waiting', () => {
  const wait = "SELECT state, edits::integer FROM pylon_sync.wait_for_edits('1 minute')";

  test('ends when the caller’s edits are settled, and says how', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    await query(
      database,
      "BEGIN; SET LOCAL pylon_sync.draft = on; UPDATE pylon.issues SET state = 'x'; COMMIT",
    );
    await query(database, "UPDATE pylon.issues SET title = 'Mine'");
    const waiting = query(database, wait);
    setTimeout(() => void settled(database, 3, "state = 'applied'"), 50);
    setTimeout(() => void settled(database, 4, "state = 'failed'"), 150);
    expect(await waiting).toEqual([
      { state: 'applied', edits: 1 },
      { state: 'draft', edits: 2 },
      { state: 'failed', edits: 1 },
    ]);
  });

  test('warns of the first ten that did not go through, with the reason, and `edit_results` has a row for each', async ({
    database,
  }) => {
    const issue = (id: number) => `('x${id}', ${id}, 'One', 'h')`;
    const all = Array.from({ length: 12 }, (_, index) => issue(index + 1)).join(', ');
    await asDaemon(database.pool, `INSERT INTO pylon.issues (id, number, title, _hash) VALUES ${all}`);
    await query(database, "UPDATE pylon.issues SET title = 'Mine'");
    const txid = (await query(database, 'SELECT txid FROM pylon_sync.edits WHERE id = 1'))[0]?.txid;
    await settled(database, 1, "state = 'applied'");
    await query(
      database,
      `UPDATE pylon_sync.edits SET state = 'failed', error = 'PATCH /issues/{id}: 400 no' WHERE id > 2`,
    );
    await settled(database, 2, `state = 'conflict', held = '{title}', remote = '{"title": "Theirs"}'`);
    const client = await database.pool.connect();
    const told: string[] = [];
    client.on('notice', ({ severity, message, hint }) =>
      told.push([`${severity}: ${message}`, hint].filter(Boolean).join(' ')),
    );
    const call = (name: string) => client.query(`SELECT * FROM pylon_sync.${name}('1 second', ${txid})`);
    const { rows: counts } = await call('wait_for_edits');
    const { rows: results } = await call('edit_results');
    client.release();
    expect(counts).toEqual([
      { state: 'applied', edits: '1' },
      { state: 'conflict', edits: '1' },
      { state: 'failed', edits: '10' },
    ]);
    const { record_id: second } = (await editsIn(database))[1] ?? {};
    expect(told).toHaveLength(11);
    expect(told[0]).toBe(
      `WARNING: edit 2 of issues ${second} is conflict: Pylon holds something else in title`,
    );
    expect(told[1]).toMatch(/^WARNING: edit 3 of issues x\d+ is failed: PATCH \/issues\/\{id\}: 400 no$/);
    expect(told[10]).toBe(
      'WARNING: 1 more did not go through The table pylon_sync.edits has all of them, with their reasons.',
    );
    expect(results).toHaveLength(12);
    expect(results[1]).toEqual({
      ...{ edit: '2', resource: 'issues', record_id: second, state: 'conflict', error: null },
      remote: { title: 'Theirs' },
    });
  });

  test('`edit_results` has the edits of the session’s last transaction, settled before or not', async ({
    database,
  }) => {
    await asDaemon(database.pool, ISSUES);
    await database.pool.query("UPDATE pylon.issues SET title = 'Another session’s' WHERE id = 'i2'");
    await settled(database, 1, "state = 'applied'");
    const client = new pg.Client(database.url);
    await client.connect();
    try {
      const results = async () =>
        (await client.query("SELECT edit::integer, state FROM pylon_sync.edit_results('0')")).rows;
      expect(await results()).toEqual([]);
      await client.query("UPDATE pylon.issues SET title = 'Mine' WHERE id = 'i1'");
      await settled(database, 2, "state = 'failed'");
      await client.query("BEGIN; UPDATE pylon.issues SET title = 'Not mine'; ROLLBACK");
      expect(await results()).toEqual([{ edit: 2, state: 'failed' }]);
      await client.query("BEGIN; UPDATE pylon.issues SET state = 'x'; COMMIT");
      const ids = (await client.query('SELECT id::integer FROM pylon_sync.edits WHERE id > 2 ORDER BY id'))
        .rows;
      const last = ids.map(({ id }) => ({ edit: id, state: 'applied' }));
      expect(last).toHaveLength(2);
      for (const { edit } of last) await settled(database, edit, "state = 'applied'");
      await client.query('SELECT * FROM pylon_sync.wait_for_edits()');
      expect(await results()).toEqual(last);
      await client.query('SET ROLE pylon_editor');
      expect(await results()).toEqual([]);
    } finally {
      await client.end();
    }
  });

  test('is for one’s own edits, or those of a transaction', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    await query(database, "UPDATE pylon.issues SET title = 'Mine' WHERE id = 'i1'");
    await settled(database, 1, "actor = 'somebody else'");
    expect(await query(database, wait)).toEqual([]);
    const own = "'100 milliseconds', (SELECT txid FROM pylon_sync.edits WHERE id = 1)";
    const { 0: state } = await query(database, `SELECT state FROM pylon_sync.wait_for_edits(${own})`);
    expect(state).toEqual({ state: 'pending' });
  });

  test('waits for a transaction that has not committed', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    const client = await database.pool.connect();
    await client.query('BEGIN');
    await client.query("UPDATE pylon.issues SET title = 'Mine' WHERE id = 'i1'");
    const { rows } = await client.query('SELECT pg_current_xact_id()::text AS txid');
    const waiting = query(
      database,
      `SELECT state, edits::integer FROM pylon_sync.wait_for_edits('1 minute', ${rows[0].txid})`,
    );
    setTimeout(() => void client.query("COMMIT; UPDATE pylon_sync.edits SET state = 'applied'"), 100);
    expect(await waiting).toEqual([{ state: 'applied', edits: 1 }]);
    client.release();
  });

  test.for([
    [
      'in the transaction that queued them',
      "UPDATE pylon.issues SET title = 'M'",
      /are sent after it commits/,
    ],
    ['where nothing can be seen', 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ', /repeatable read/],
  ] as const)('is refused %s', async ([, first, message], { database }) => {
    await asDaemon(database.pool, ISSUES);
    const client = await database.pool.connect();
    const error = await client.query(`BEGIN; ${first}; ${wait}`).catch((cause: pg.DatabaseError) => cause);
    await client.query('ROLLBACK');
    client.release();
    expect(error).toMatchObject({ code: '25001', message: expect.stringMatching(message) });
  });
});

test('the id that Pylon gave is found by the provisional one, its own by itself, and none before', async ({
  database,
}) => {
  await query(
    database,
    "INSERT INTO pylon_sync.ids (provisional, resource, id) VALUES ('local-a', 'accounts', 'a1')",
  );
  const ids = await query(
    database,
    "SELECT pylon_sync.real_id(id) AS id FROM unnest('{local-a,local-b,a1}'::text[]) WITH ORDINALITY AS u(id, n) ORDER BY n",
  );
  expect(ids.map(({ id }) => id)).toEqual(['a1', null, 'a1']);
});
