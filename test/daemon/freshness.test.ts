import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Launched, logOf } from '../helpers/command.ts';
import { type DaemonWorkspace, openDaemonWorkspace, untilMirrored } from '../helpers/daemon-workspace.ts';
import { FEW_MESSAGES } from '../helpers/sandbox.ts';

/** One daemon for all: everything that happens in Pylon shows up in Postgres. */
let workspace: DaemonWorkspace;
let daemon: Launched;

const TIMEOUT = 120_000;
const WITHIN_MS = 90_000;

beforeAll(async () => {
  // A day of the limits' clock, within which every message is read again, takes 14 s.
  workspace = await openDaemonWorkspace({
    sandbox: { issues: 24, mostMessages: FEW_MESSAGES },
    limits: { interval_ms: 10 },
  });
  daemon = workspace.launch(['start']);
  await daemon.until('"pass":"backfill"');
}, TIMEOUT);
afterAll(() => workspace.close(), TIMEOUT);

const { poll } = expect;
const rows = async (query: string, values: readonly unknown[] = []) =>
  (await workspace.database.pool.query(query, [...values])).rows;
const shows = (query: string, values: readonly unknown[], expected: readonly unknown[]) =>
  poll(() => rows(query, values), { timeout: WITHIN_MS, interval: 100 }).toEqual(expected);
const issueWith = async (condition: string, skip = 0): Promise<string> => {
  const found = await rows(`SELECT id FROM pylon.issues WHERE ${condition} ORDER BY id OFFSET $1 LIMIT 1`, [
    skip,
  ]);
  return found[0].id;
};
const isDeleted = 'SELECT _deleted_at IS NOT NULL AS deleted FROM pylon.issues WHERE id = $1';

describe('the daemon shows', { timeout: TIMEOUT }, () => {
  test('a change', async () => {
    const { world } = workspace.sandbox;
    const id = await issueWith('true');
    world.patch('issues', id, { title: 'Changed', state: 'closed' });
    await shows(
      'SELECT title, state FROM pylon.issues WHERE id = $1',
      [id],
      [{ title: 'Changed', state: 'closed' }],
    );
  });

  test('a creation, with what hangs on it', async () => {
    const { world } = workspace.sandbox;
    const { id } = world.create('issues', { title: 'New', state: 'new' });
    world.addMessage(`${id}`, { message_html: '<p>First.</p>' });
    await shows(
      'SELECT title, message_html FROM pylon.issues AS issue JOIN pylon.issue_messages ON issue_id = issue.id WHERE issue.id = $1',
      [id],
      [{ title: 'New', message_html: '<p>First.</p>' }],
    );
    const contact = world.create('contacts', { name: 'Ada', email: 'ada@firm.example' });
    await shows('SELECT name FROM pylon.contacts WHERE id = $1', [contact.id], [{ name: 'Ada' }]);
  });

  test('a message', async () => {
    const id = await issueWith('latest_message_time IS NOT NULL', 1);
    const added = workspace.sandbox.world.addMessage(id, { message_html: '<p>One more.</p>' });
    await shows(
      'SELECT issue_id, message_html FROM pylon.issue_messages WHERE id = $1',
      [added.id],
      [{ issue_id: id, message_html: '<p>One more.</p>' }],
    );
  });

  test('a deletion, with its proof, and the deleted record’s coming back', async () => {
    const { world } = workspace.sandbox;
    const id = await issueWith('latest_message_time IS NOT NULL AND _deleted_at IS NULL', 2);
    const issue = world.get('issues', id) ?? {};
    world.remove('issues', id);
    await shows(isDeleted, [id], [{ deleted: true }]);
    const messages =
      'SELECT count(*)::int AS n FROM pylon.issue_messages WHERE issue_id = $1 AND _deleted_at IS NULL';
    expect(await rows(messages, [id])).toEqual([{ n: 0 }]);
    const [{ evidence }] = await rows(
      "SELECT evidence FROM pylon_sync.tombstones WHERE resource = 'issues' AND record_id = $1",
      [id],
    );
    expect(evidence).toMatchObject({ confirmed_by: 'GET /issues/{id}', status: 404 });

    world.put('issues', issue);
    await shows(isDeleted, [id], [{ deleted: false }]);
    const served = [...world.all('issue_messages')].filter(({ path }) => path.issue_id === id).length;
    await shows(messages, [id], [{ n: served }]);
  });

  test('an account merge: the loser gone, what it had moved', async () => {
    const [into, loser] = (
      await rows(
        'SELECT account_id AS id FROM pylon.issues JOIN pylon.accounts ON accounts.id = account_id GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 2',
      )
    ).map(({ id }) => id);
    const moved = await rows('SELECT id FROM pylon.issues WHERE account_id = $1 ORDER BY id', [loser]);
    workspace.sandbox.world.mergeAccounts(into, [loser]);
    await shows('SELECT id FROM pylon.accounts WHERE id = $1 AND _deleted_at IS NULL', [loser], []);
    await shows('SELECT id FROM pylon.issues WHERE account_id = $1', [loser], []);
    await shows('SELECT id FROM pylon.contacts WHERE account_id = $1', [loser], []);
    const ids = moved.map(({ id }) => id);
    await shows(
      'SELECT count(*)::int AS n FROM pylon.issues WHERE id = ANY($1) AND account_id = $2',
      [ids, into],
      [{ n: ids.length }],
    );
  });

  test('a redaction, an edit and a deletion of messages, to which nothing points', async () => {
    const { world } = workspace.sandbox;
    const found = await rows(
      'SELECT issue_id, array_agg(id ORDER BY id) AS ids FROM pylon.issue_messages WHERE _deleted_at IS NULL GROUP BY 1 HAVING count(*) BETWEEN 3 AND 9 ORDER BY 1 LIMIT 1',
    );
    const [redacted, edited, removed] = found[0].ids;
    world.redactMessage(redacted);
    world.patch('issue_messages', edited, { message_html: '<p>Edited.</p>' });
    world.remove('issue_messages', removed);
    await shows(
      'SELECT id, message_html, _deleted_at IS NOT NULL AS deleted FROM pylon.issue_messages WHERE id = ANY($1) ORDER BY id',
      [[redacted, edited, removed]],
      [
        { id: redacted, message_html: '', deleted: false },
        { id: edited, message_html: '<p>Edited.</p>', deleted: false },
        { id: removed, message_html: expect.any(String), deleted: true },
      ],
    );
  });

  test('a silent change, as drift', async () => {
    const id = await issueWith('_deleted_at IS NULL', 7);
    workspace.sandbox.world.patch('issues', id, { title: 'Silently' }, { silent: true });
    await shows('SELECT title FROM pylon.issues WHERE id = $1', [id], [{ title: 'Silently' }]);
    await poll(
      async () =>
        (await rows("SELECT sum(rows_drifted)::int AS n FROM pylon_sync.runs WHERE resource = 'issues'"))[0]
          .n,
      { timeout: WITHIN_MS },
    ).toBeGreaterThan(0);
  });
});

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
