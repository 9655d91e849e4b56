import { describe, expect } from 'vitest';
import { asDaemon } from '../helpers/as-daemon.ts';
import { run } from '../helpers/command.ts';
import { type TestDatabase, test } from '../helpers/database.ts';
import { editsIn } from '../helpers/edits.ts';

/** One edit a state that matters: 1 draft, 2 pending, 3 sending, 4 conflict, 5 failed, 6 applied; 7 of an account. */
async function fill({ pool }: TestDatabase): Promise<void> {
  await asDaemon(
    pool,
    `INSERT INTO pylon.issues (id, number, title, state, tags, custom_fields)
     SELECT 'i' || n, n, 'One', 'new', '{a,b}', '{"priority": "low"}' FROM generate_series(1, 6) AS n;
     INSERT INTO pylon.accounts (id, name) VALUES ('a1', 'Acme')`,
  );
  for (const n of [1, 2, 3, 4, 5, 6])
    await pool.query(`
      UPDATE pylon.issues SET title = 'Mine', tags = '{b,c}', custom_fields = '{"priority": "high"}' WHERE id = 'i${n}'`);
  await pool.query("UPDATE pylon.accounts SET name = 'Acme Inc.'");
  await pool.query(`
    UPDATE pylon_sync.edits SET state = (ARRAY['draft', 'pending', 'sending', 'conflict', 'failed', 'applied', 'failed'])[id];
    UPDATE pylon_sync.edits SET held = '{title}', attempts = 2, sent_at = now(), error = 'changed here and in Pylon: title',
           remote = '{"title": "Theirs", "tags": ["a", "b", "d"], "custom_fields.priority": "high"}' WHERE id = 4;
    UPDATE pylon_sync.edits SET error = E'PATCH /issues/{id}: 400 title is too long\\nand more', http_status = 400,
           request_id = 'req-5', created_at = now() - interval '2 days' WHERE id = 5;
    UPDATE pylon_sync.edits SET actor = 'anna'`);
}

/** Columns of a terminal: those of Han and Hiragana take two. */
const widthOf = (line: string) =>
  [...line].reduce((sum, one) => sum + (/[\p{sc=Han}\p{sc=Hira}]/u.test(one) ? 2 : 1), 0);

/** `edits` needs neither a token nor Pylon. */
const edits = (database: TestDatabase, ...words: string[]) =>
  run(['edits', ...words], { DATABASE_URL: database.url });
const states = async (database: TestDatabase) => (await editsIn(database)).map(({ state }) => state);

describe('list', () => {
  test('tells of each edit its record, each field with both values, and the reason, in 80 columns', async ({
    database,
  }) => {
    await fill(database);
    await database.pool.query(`
      UPDATE pylon_sync.edits SET changes = changes || jsonb_build_object('title', E'\\u001b[31m' || repeat('長い題名', 30)),
             base = base || jsonb_build_object('title', repeat('old words ', 20)) WHERE id = 6;
      INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor) VALUES
        ('accounts', 'gone', 'delete', '{}', '{"name": "Gone Ltd"}', 'pending', 'anna'),
        ('tasks', 'local-1', 'create', '{"title": "To do", "account_id": "a1"}', '{}', 'pending', 'anna'),
        ('issues', 'i3', 'action', '{"action": "snooze_issue", "snooze_until": "2027-01-01T00:00:00Z"}', '{}', 'applied', 'anna')`);
    const { status, stdout, stderr } = await edits(database, 'list');
    expect([status, stderr]).toEqual([0, '']);
    for (const line of stdout.split('\n')) expect(widthOf(line), line).toBeLessThanOrEqual(80);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain(`\
10 applied   issues #3                snooze_issue
                                      snooze_until: 2027-01-01T00:00:00Z
 9 pending   tasks To do              create
                                      title: To do
                                      account_id: a1
 8 pending   accounts Gone Ltd        delete
 7 failed    accounts Acme Inc.       name: Acme → Acme Inc.
`);
    expect(stdout).toMatch(/\n {38}title: old words o.*… → .{1,9}長い.*…\n/);
    expect(stdout).toContain(`\
 5 failed    issues #5                tags: a, b → b, c
                                      title: One → Mine
                                      custom_fields.priority: low → high
                                      PATCH /issues/{id}: 400 title is too long
                                      and more
`);
  });

  test.for<[words: string[], ids: number[]]>([
    [
      ['--state', 'failed'],
      [7, 5],
    ],
    [
      ['--state', 'failed', '--state', 'conflict', '--resource', 'issues'],
      [5, 4],
    ],
    [['--record', 'i2'], [2]],
    [['--older-than', '1d'], [5]],
    [['--older-than', '3d'], []],
    [['--txid', '1'], []],
    [
      ['--limit', '2'],
      [7, 6],
    ],
  ])('%j', async ([words, ids], { database }) => {
    await fill(database);
    const { stdout } = await edits(database, 'list', '--json', ...words);
    expect(JSON.parse(stdout).map(({ id }: { id: number }) => id)).toEqual(ids);
  });

  test('says how many it leaves out, and when there are none', async ({ database }) => {
    expect((await edits(database, 'list')).stdout).toBe('no edits\n');
    await fill(database);
    expect((await edits(database, 'list', '--limit', '2')).stdout).toMatch(
      /\nand 5 older ones: --limit shows more\n$/,
    );
  });
});

describe('show', () => {
  test('compares three ways, in full', async ({ database }) => {
    await fill(database);
    const { status, stdout } = await edits(database, 'show', '4');
    expect(status).toBe(0);
    expect(stdout.replace(/transaction \d+/, 'transaction N').replace(/\ds ago/g, '0s ago')).toBe(`\
edit    4, conflict
record  issues i4
made    0s ago by anna, update, transaction N
sent    2 times, last 0s ago
error   changed here and in Pylon: title

tags
  base   ["a","b"]
  local  ["b","c"]   +"c" -"a"
  Pylon  ["a","b","d"]

title (in conflict)
  base   "One"
  local  "Mine"
  Pylon  "Theirs"

custom_fields.priority (Pylon holds it)
  base   "low"
  local  "high"
  Pylon  "high"

what can be done
  pylon-sync edits resolve 4 --local
  pylon-sync edits resolve 4 --pylon
`);
  });

  test('tells of a DELETE in conflict what somebody changed', async ({ database }) => {
    await fill(database);
    await database.pool.query(`
      INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, held, shadow, remote, actor)
      VALUES ('issues', 'i9', 'delete', '{}', '{"id": "i9"}', 'conflict', '{title,custom_fields.priority}',
              '{"title": "One", "custom_fields": {"priority": "low"}}',
              '{"title": "Theirs", "custom_fields.priority": "high"}', 'anna')`);
    const { stdout } = await edits(database, 'show', '8');
    expect(stdout).toContain(`
title (in conflict)
  base   "One"
  Pylon  "Theirs"

custom_fields.priority (in conflict)
  base   "low"
  Pylon  "high"

what can be done
  pylon-sync edits resolve 8 --local
  pylon-sync edits resolve 8 --pylon
`);
    // The number of the transaction is gone: in a copied database it means another one.
    expect(stdout).toMatch(/^made {4}\ds ago by anna, delete$/m);
  });

  test('has Pylon’s words, and says what was not compared', async ({ database }) => {
    await fill(database);
    const { stdout } = await edits(database, 'show', '5');
    expect(stdout).toContain('\nanswer  400, request req-5\n');
    expect(stdout).toContain('\nerror   PATCH /issues/{id}: 400 title is too long\nand more\n');
    expect(stdout).toContain('\n  Pylon  not compared yet\n');
  });

  test('as JSON has the row and its fields', async ({ database }) => {
    await fill(database);
    const { stdout } = await edits(database, 'show', '4', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ id: 4, state: 'conflict', changes: { title: 'Mine' } },
      fields: [
        { field: 'tags', base: ['a', 'b'], local: ['b', 'c'], pylon: ['a', 'b', 'd'], held: false },
        { field: 'title', base: 'One', local: 'Mine', pylon: 'Theirs', held: true },
        { field: 'custom_fields.priority', base: 'low', local: 'high', pylon: 'high', held: false },
      ],
    });
  });

  test('of an edit that is not there, exit status 1', async ({ database }) => {
    expect(await edits(database, 'show', '99')).toMatchObject({
      status: 1,
      stderr: 'pylon-sync: there is no edit 99\n',
    });
  });
});

const BEFORE = ['draft', 'pending', 'sending', 'conflict', 'failed', 'applied', 'failed'];
/** `BEFORE` with some states changed, by id. */
const becoming = (changes: Readonly<Record<number, string>>) =>
  BEFORE.map((state, index) => changes[index + 1] ?? state);

describe('deciding', () => {
  test.for<[words: string[], status: number, said: string | RegExp, states: readonly string[]]>([
    [['retry', '5'], 0, 'trying again: 1 edit (issues 1)\n', becoming({ 5: 'pending' })],
    [
      ['retry', '--state', 'failed'],
      0,
      'trying again: 2 edits (issues 1, accounts 1)\n',
      becoming({ 5: 'pending', 7: 'pending' }),
    ],
    [['discard', '1', '4'], 0, /^discarded: 2 edits/, becoming({ 1: 'discarded', 4: 'discarded' })],
    [
      ['discard', '--resource', 'issues'],
      0,
      'discarded: 4 edits (issues 4)\n',
      becoming({ 1: 'discarded', 2: 'discarded', 4: 'discarded', 5: 'discarded' }),
    ],
    [['discard', '--older-than', '1d'], 0, 'discarded: 1 edit (issues 1)\n', becoming({ 5: 'discarded' })],
    [['approve', '--state', 'draft'], 0, 'approved: 1 edit (issues 1)\n', becoming({ 1: 'pending' })],
    [['resolve', '4', '--local'], 0, /^sending anyway: 1 edit/, becoming({ 4: 'pending' })],
    [['resolve', '--record', 'i4', '--pylon'], 0, /^dropped for /, becoming({ 4: 'discarded' })],
    [['approve', '--record', 'nobody'], 0, 'approved: 0 edits\n', BEFORE],
    [['discard', '--state', 'failed', '--dry-run'], 0, /^would discard: 2 edits/, BEFORE],
    [['discard', '1', '6'], 3, /^discarded: 1 edit/, becoming({ 1: 'discarded' })],
    [['discard', '3', '99'], 1, 'discarded: 0 edits\n', BEFORE],
    [['resolve', '5', '--local'], 1, /: 0 edits\n$/, BEFORE],
  ])('%j', async ([words, status, said, left], { database }) => {
    await fill(database);
    const ended = await edits(database, ...words);
    expect(ended.stdout).toEqual(typeof said === 'string' ? said : expect.stringMatching(said));
    expect(ended.status).toBe(status);
    expect(await states(database)).toEqual(left);
  });

  test('says of each that was named and is left why', async ({ database }) => {
    await fill(database);
    const { stderr } = await edits(database, 'discard', '1', '3', '6', '99');
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(
        /^pylon-sync: edit 3: it is sending, not draft or pending or conflict or failed$/,
      ),
      expect.stringMatching(/^pylon-sync: edit 6: it is applied, not /),
      'pylon-sync: edit 99: there is no such edit, or the options exclude it',
    ]);
  });

  test('as JSON counts by resource', async ({ database }) => {
    await fill(database);
    const { stdout } = await edits(database, 'retry', '5', '7', '6', '--dry-run', '--json');
    expect(JSON.parse(stdout)).toEqual({
      ...{ decision: 'retry', dry_run: true, edits: 2, by_resource: { issues: 1, accounts: 1 } },
      left: [{ id: 6, reason: 'it is applied, not pending or conflict or failed' }],
    });
  });

  test('leaves an edit alone whose record is gone, exit status 1', async ({ database }) => {
    await fill(database);
    await asDaemon(database.pool, 'UPDATE pylon.issues SET _deleted_at = now()');
    const { status, stderr } = await edits(database, 'retry', '5');
    expect([status, stderr]).toEqual([1, expect.stringContaining('1 edit left alone: the record is gone')]);
  });
});

describe('wrong usage is one line, exit status 2', () => {
  test.for<[words: string[], said: RegExp]>([
    [['discard'], /takes ids of edits, or which are meant: --state, --resource/],
    [['resolve', '4'], /takes either --local or --pylon/],
    [['resolve', '4', '--local', '--pylon'], /takes either --local or --pylon/],
    [['approve', '--state', 'applied'], /--state applied: `edits approve` takes edits in state draft$/m],
    [['list', '--state', 'done'], /--state "done": takes draft, pending, /],
    [['list', '--older-than', 'long'], /--older-than "long": takes an age such as 90s/],
    [['list', '--resource', 'isues'], /"isues"/],
    [['show'], /missing required argument 'id'/],
    [['show', 'x'], /an id "x": takes a whole number/],
    [['drop'], /unknown command 'drop': `edits` takes one of list, show, retry, discard, approve, resolve/],
    [['list', '--all'], /unknown option '--all': `edits list` takes --state <state>, /],
  ])('%j', async ([words, said], { database }) => {
    const { status, stderr } = await edits(database, ...words);
    expect(stderr).toMatch(said);
    expect([status, stderr.trimEnd().split('\n').length]).toEqual([2, 1]);
  });
});
