import { afterAll, beforeAll, describe, type ExpectStatic, expect, test } from 'vitest';
import { type Launched, logOf } from '../helpers/command.ts';
import {
  type DaemonWorkspace,
  EACH_SECOND,
  openDaemonWorkspace,
  untilMirrored,
} from '../helpers/daemon-workspace.ts';
import { FEW_MESSAGES } from '../helpers/sandbox.ts';

/** One daemon for all: everything that happens in Pylon shows up in Postgres. */
let workspace: DaemonWorkspace;
let daemon: Launched;

const TIMEOUT = 120_000;
const WITHIN_MS = 90_000;

beforeAll(async () => {
  // A day of the limits' clock, within which every message is read again, takes 7 s.
  workspace = await openDaemonWorkspace({
    sandbox: { issues: 24, mostMessages: FEW_MESSAGES },
    limits: { interval_ms: 5 },
    env: { PYLON_SYNC_LIST_SCHEDULE: EACH_SECOND, PYLON_SYNC_RECONCILE_SCHEDULE: EACH_SECOND },
  });
  daemon = workspace.launch(['start']);
  await daemon.until('"pass":"backfill"');
  const found = await rows(
    'SELECT issue_id FROM pylon.issue_messages GROUP BY 1 HAVING count(*) BETWEEN 3 AND 9 ORDER BY 1 LIMIT 5',
  );
  issues = found.map(({ issue_id }) => issue_id);
}, TIMEOUT);
afterAll(() => workspace.close(), TIMEOUT);

/** Issues with a few messages: one for each test that needs one. */
let issues: readonly string[] = [];

const rows = async (query: string, values: readonly unknown[] = []) =>
  (await workspace.database.pool.query(query, [...values])).rows;
const shows = (
  { poll }: ExpectStatic,
  query: string,
  values: readonly unknown[],
  expected: readonly unknown[],
) => poll(() => rows(query, values), { timeout: WITHIN_MS, interval: 100 }).toEqual(expected);
const isDeleted = 'SELECT _deleted_at IS NOT NULL AS deleted FROM pylon.issues WHERE id = $1';

// Side by side: one daemon sees to all of it.
describe.concurrent('the daemon shows', { timeout: TIMEOUT }, () => {
  test('a change', async ({ expect }) => {
    const { world } = workspace.sandbox;
    const [id = ''] = issues;
    world.patch('issues', id, { title: 'Changed', state: 'closed' });
    await shows(
      expect,
      'SELECT title, state FROM pylon.issues WHERE id = $1',
      [id],
      [{ title: 'Changed', state: 'closed' }],
    );
  });

  test('a new issue with its message, and a new contact', async ({ expect }) => {
    const { world } = workspace.sandbox;
    const { id } = world.create('issues', { title: 'New', state: 'new' });
    world.addMessage(`${id}`, { message_html: '<p>First.</p>' });
    await shows(
      expect,
      'SELECT title, message_html FROM pylon.issues AS issue JOIN pylon.issue_messages ON issue_id = issue.id WHERE issue.id = $1',
      [id],
      [{ title: 'New', message_html: '<p>First.</p>' }],
    );
    const contact = world.create('contacts', { name: 'Ada', email: 'ada@firm.example' });
    await shows(expect, 'SELECT name FROM pylon.contacts WHERE id = $1', [contact.id], [{ name: 'Ada' }]);
  });

  test('a message', async ({ expect }) => {
    const [, id = ''] = issues;
    const added = workspace.sandbox.world.addMessage(id, { message_html: '<p>One more.</p>' });
    await shows(
      expect,
      'SELECT issue_id, message_html FROM pylon.issue_messages WHERE id = $1',
      [added.id],
      [{ issue_id: id, message_html: '<p>One more.</p>' }],
    );
  });

  test('a deletion, with its proof, and the deleted record’s coming back', async ({ expect }) => {
    const { world } = workspace.sandbox;
    const [, , id = ''] = issues;
    const issue = world.get('issues', id) ?? {};
    world.remove('issues', id);
    await shows(expect, isDeleted, [id], [{ deleted: true }]);
    const messages =
      'SELECT count(*)::int AS n FROM pylon.issue_messages WHERE issue_id = $1 AND _deleted_at IS NULL';
    expect(await rows(messages, [id])).toEqual([{ n: 0 }]);
    const [{ evidence }] = await rows(
      "SELECT evidence FROM pylon_sync.tombstones WHERE resource = 'issues' AND record_id = $1",
      [id],
    );
    expect(evidence).toMatchObject({ confirmed_by: 'GET /issues/{id}', status: 404 });

    world.put('issues', issue);
    await shows(expect, isDeleted, [id], [{ deleted: false }]);
    const served = [...world.all('issue_messages')].filter(({ path }) => path.issue_id === id).length;
    await shows(expect, messages, [id], [{ n: served }]);
  });

  test('a redaction, an edit and a deletion of messages, to which nothing points', async ({ expect }) => {
    const { world } = workspace.sandbox;
    const [, , , id = ''] = issues;
    const found = await rows(
      'SELECT array_agg(id ORDER BY id) AS ids FROM pylon.issue_messages WHERE issue_id = $1',
      [id],
    );
    const [redacted, edited, removed] = found[0].ids;
    world.redactMessage(redacted);
    world.patch('issue_messages', edited, { message_html: '<p>Edited.</p>' });
    world.remove('issue_messages', removed);
    await shows(
      expect,
      'SELECT id, message_html, _deleted_at IS NOT NULL AS deleted FROM pylon.issue_messages WHERE id = ANY($1) ORDER BY id',
      [[redacted, edited, removed]],
      [
        { id: redacted, message_html: '', deleted: false },
        { id: edited, message_html: '<p>Edited.</p>', deleted: false },
        { id: removed, message_html: expect.any(String), deleted: true },
      ],
    );
  });

  test('a silent change, as drift', async ({ expect }) => {
    const [, , , , id = ''] = issues;
    // Drift is what passes that have covered the changes should have brought: the first of them has to have ended.
    const covered = `SELECT resource FROM pylon_sync.cursors
      WHERE resource = 'issues' AND scope = 'changes' AND position ->> 'watermark' IS NOT NULL`;
    await expect.poll(() => rows(covered), { timeout: WITHIN_MS }).toHaveLength(1);
    workspace.sandbox.world.patch('issues', id, { title: 'Silently' }, { silent: true });
    await shows(expect, 'SELECT title FROM pylon.issues WHERE id = $1', [id], [{ title: 'Silently' }]);
    // The audit keeps what it finds by the day, a reconcile with its run: either may be the first to come by.
    await expect
      .poll(
        async () =>
          (
            await rows(`
              SELECT (SELECT coalesce(sum(rows_drifted), 0) FROM pylon_sync.runs WHERE resource = 'issues')::int
                   + (SELECT coalesce(sum(drifted), 0) FROM pylon_sync.audits WHERE resource = 'issues')::int AS n`)
          )[0].n,
        { timeout: WITHIN_MS },
      )
      .toBeGreaterThan(0);
  });
});

test(
  'the daemon shows an account merge: the loser gone, what it had moved',
  async () => {
    const [into, loser] = (
      await rows(
        'SELECT account_id AS id FROM pylon.issues JOIN pylon.accounts ON accounts.id = account_id GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 2',
      )
    ).map(({ id }) => id);
    const moved = await rows('SELECT id FROM pylon.issues WHERE account_id = $1 ORDER BY id', [loser]);
    workspace.sandbox.world.mergeAccounts(into, [loser]);
    await shows(expect, 'SELECT id FROM pylon.accounts WHERE id = $1 AND _deleted_at IS NULL', [loser], []);
    await shows(expect, 'SELECT id FROM pylon.issues WHERE account_id = $1', [loser], []);
    await shows(expect, 'SELECT id FROM pylon.contacts WHERE account_id = $1', [loser], []);
    const ids = moved.map(({ id }) => id);
    await shows(
      expect,
      'SELECT count(*)::int AS n FROM pylon.issues WHERE id = ANY($1) AND account_id = $2',
      [ids, into],
      [{ n: ids.length }],
    );
  },
  TIMEOUT,
);

test(
  'after all of it the mirror equals Pylon, nothing was loud, and the daemon ends cleanly',
  async () => {
    await untilMirrored(workspace, { withinMs: WITHIN_MS });
    daemon.kill('SIGTERM');
    expect((await daemon.ended).status).toBe(0);
    const loud = logOf(daemon).filter(({ level }) => level === 'error' || level === 'fatal');
    expect(loud).toEqual([]);
  },
  TIMEOUT,
);
