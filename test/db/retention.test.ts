import { describe, expect } from 'vitest';
import { forgetDaily, forgetOld } from '../../src/db/retention/retention.ts';
import { accounts } from '../../src/resources/accounts.ts';
import { issueMessages } from '../../src/resources/issue_messages.ts';
import { issues } from '../../src/resources/issues.ts';
import { asDaemon } from '../helpers/as-daemon.ts';
import { type Mirror, test } from '../helpers/leased-database.ts';

/** Those of which something is to go here. What is done for each of all of them: `large/retention-parts.test.ts`. */
const resources = [accounts, issues, issueMessages];

describe('what is older than is to be kept', () => {
  test('edits that were applied or discarded so long ago are forgotten; what failed or conflicts goes only by a person', async ({
    mirror,
  }) => {
    await mirror.pool.query(`
      INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid, created_at, settled_at)
      SELECT 'issues', 'i' || n, 'update', '{}', '{}', state, 'anna', 1, now() - interval '200 days', now() - settled
        FROM (VALUES (1, 'applied', interval '31 days'), (2, 'failed', '31 days'), (3, 'discarded', '31 days'),
                     (4, 'applied', '29 days'), (5, 'pending', NULL), (6, 'conflict', NULL)) AS edit(n, state, settled)`);
    expect(await forgetOld(mirror, mirror.lease, { resources, days: 30 })).toMatchObject({ edits: 2 });
    const left = await mirror.rows('SELECT record_id FROM pylon_sync.edits ORDER BY 1');
    expect(left.map(({ record_id }) => record_id)).toEqual(['i2', 'i4', 'i5', 'i6']);
  });

  test('more than fits one transaction is forgotten in several', async ({ mirror }) => {
    await mirror.pool.query(`
      INSERT INTO pylon_sync.rejected_records (resource, record_id, payload, reason, digest, seen_at)
      SELECT 'issues', 'i' || n, '{"secret": true}', 'no id', n::text, now() - (n - 0.5) * interval '1 day'
        FROM generate_series(1, 2500) AS n`);
    expect(await forgetOld(mirror, mirror.lease, { resources, days: 30 })).toMatchObject({
      edits: 0,
      rejected: 2470,
      changes: 0,
      rows: 0,
    });
    const [left] = await mirror.rows('SELECT count(*)::integer AS count FROM pylon_sync.rejected_records');
    expect(left).toEqual({ count: 30 });
  });

  test('a row whose record was deleted so long ago is emptied, and goes on saying that it was', async ({
    mirror,
  }) => {
    await mirror.store(issues, [
      {
        id: 'old',
        number: 1,
        title: 'Private',
        body_html: '<p>Private</p>',
        unheard_of: 'private',
        tags: ['private'],
      },
      { id: 'new', number: 2, title: 'Private' },
      { id: 'live', number: 3, title: 'Private' },
    ]);
    await asDaemon(
      mirror.pool,
      `UPDATE pylon.issues SET _deleted_at = now() - interval '31 days', _synced_at = '2026-01-01' WHERE id = 'old';
       UPDATE pylon.issues SET _deleted_at = now() - interval '29 days' WHERE id = 'new'`,
    );
    expect(await forgetOld(mirror, mirror.lease, { resources, days: 30 })).toMatchObject({ rows: 1 });
    const rows = await mirror.rows<{ row: Record<string, unknown> }>(
      'SELECT to_jsonb(i) AS row FROM pylon.issues AS i ORDER BY id DESC',
    );
    const [old, fresh, live] = rows.map(({ row }) => row);
    expect(JSON.stringify(old).toLowerCase()).not.toContain('private');
    expect(
      Object.entries(old ?? {}).filter(([name, value]) => value !== null && !name.startsWith('_')),
    ).toEqual([['id', 'old']]);
    expect(old?._deleted_at).not.toBeNull();
    // Who copies what changed since their last look erases it too.
    expect(old?._synced_at).not.toMatch(/^2026-01-01/);
    expect([fresh?.title, live?.title]).toEqual(['Private', 'Private']);
    // There is nothing left to do, and no row is written again.
    expect(await forgetOld(mirror, mirror.lease, { resources, days: 30 })).toMatchObject({ rows: 0 });
  });

  test('a record that comes back after all is there again as a whole', async ({ mirror }) => {
    const object = { id: 'i1', number: 1, title: 'Back' };
    await mirror.store(issues, [object]);
    await asDaemon(mirror.pool, "UPDATE pylon.issues SET _deleted_at = now() - interval '31 days'");
    await forgetOld(mirror, mirror.lease, { resources, days: 30 });
    await mirror.store(issues, [object]);
    expect(await mirror.rows('SELECT title, _deleted_at FROM pylon.issues')).toEqual([
      { title: 'Back', _deleted_at: null },
    ]);
  });

  test('a row that somebody holds is left for the next time', async ({ mirror, locks }) => {
    await mirror.store(issues, [{ id: 'i1', number: 1, title: 'Private' }]);
    await asDaemon(mirror.pool, "UPDATE pylon.issues SET _deleted_at = now() - interval '31 days'");
    const lock = await locks.row('pylon.issues', 'i1');
    expect(await forgetOld(mirror, mirror.lease, { resources, days: 30 })).toMatchObject({ rows: 0 });
    await lock.release();
    expect(await forgetOld(mirror, mirror.lease, { resources, days: 30 })).toMatchObject({ rows: 1 });
  });
});

const keep = (mirror: Mirror, days = 30) => forgetOld(mirror, mirror.lease, { resources, days });
const list = async (mirror: Mirror, query: string) =>
  (await mirror.rows<{ one: string }>(query)).map(({ one }) => one);

describe('what grows with every day', () => {
  test('the tombstone of a deletion stays for good; what was refuted, and what went with its parent, is forgotten', async ({
    mirror,
  }) => {
    await mirror.store(issues, [
      { id: 'gone', number: 1 },
      { id: 'lately', number: 2 },
      { id: 'live', number: 3 },
    ]);
    await mirror.store(issueMessages, [{ id: 'm-gone' }, { id: 'm-single' }], { issue_id: 'gone' });
    await mirror.store(issueMessages, [{ id: 'm-lately' }], { issue_id: 'lately' });
    await mirror.store(issueMessages, [{ id: 'm-live' }], { issue_id: 'live' });
    await asDaemon(
      mirror.pool,
      `UPDATE pylon.issues SET _deleted_at = now() WHERE id <> 'live';
       UPDATE pylon.issue_messages SET _deleted_at = now()`,
    );
    await mirror.pool.query(`
      INSERT INTO pylon_sync.tombstones (resource, record_id, deleted_at, evidence, restored_at)
      SELECT resource, record_id, now() - days * interval '1 day', evidence::jsonb, now() - restored * interval '1 day'
        FROM (VALUES ('issues', 'gone', 31, '{"status": 404}', NULL), ('issues', 'lately', 29, '{"status": 404}', NULL),
                     ('issues', 'live', 60, '{"status": 404}', 31), ('issues', 'live', 50, '{"status": 404}', 29),
                     ('issue_messages', 'm-gone', 31, '{"parent": "issues"}', NULL),
                     ('issue_messages', 'm-single', 31, '{"status": 404}', NULL),
                     ('issue_messages', 'm-lately', 29, '{"parent": "issues"}', NULL),
                     ('issue_messages', 'm-live', 31, '{"parent": "issues"}', NULL))
             AS stone(resource, record_id, days, evidence, restored)`);
    expect(await keep(mirror)).toMatchObject({ tombstones: 2 });
    expect(await list(mirror, 'SELECT record_id AS one FROM pylon_sync.tombstones ORDER BY id')).toEqual([
      ...['gone', 'lately', 'live', 'm-single', 'm-lately', 'm-live'],
    ]);
  });

  test('a provisional id is known for as long as its record lives, or an edit that is not settled names it', async ({
    mirror,
  }) => {
    await mirror.store(
      accounts,
      ['live', 'lately', 'named', 'asked', 'gone'].map((id) => ({ id, name: id })),
    );
    await asDaemon(
      mirror.pool,
      `UPDATE pylon.accounts SET _deleted_at = now() - interval '31 days' WHERE id IN ('named', 'asked', 'gone');
       UPDATE pylon.accounts SET _deleted_at = now() - interval '29 days' WHERE id = 'lately'`,
    );
    await mirror.pool.query(`
      INSERT INTO pylon_sync.ids (provisional, resource, id, created_at)
      SELECT 'local-' || id, 'accounts', id, now() - interval '300 days' FROM pylon.accounts;
      INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid, settled_at)
      VALUES ('issues', 'i1', 'update', '{"account_id": "local-named"}', '{}', 'draft', 'anna', 1, NULL),
             ('issues', 'i2', 'update', '{"account_id": "local-gone"}', '{}', 'applied', 'anna', 1, now()),
             ('accounts', 'local-asked', 'delete', '{}', '{}', 'pending', 'anna', 1, NULL)`);
    expect(await keep(mirror)).toMatchObject({ ids: 1 });
    expect(await list(mirror, 'SELECT id AS one FROM pylon_sync.ids ORDER BY 1')).toEqual([
      ...['asked', 'lately', 'live', 'named'],
    ]);
  });

  test('the address that an upload gave is known for so long, and for as long as an edit that is not settled names it', async ({
    mirror,
  }) => {
    await mirror.pool.query(`
      INSERT INTO pylon_sync.ids (provisional, resource, id, created_at)
      SELECT 'local-' || file, 'attachments', 'https://files.example/' || file, now() - days * interval '1 day'
        FROM (VALUES ('old', 31), ('named', 31), ('used', 31), ('lately', 29)) AS one(file, days);
      INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid, settled_at)
      VALUES ('issues', 'i1', 'action', '{"attachment_urls": ["local-named"]}', '{}', 'failed', 'anna', 1, NULL),
             ('issues', 'i2', 'action', '{"attachment_urls": ["local-used"]}', '{}', 'applied', 'anna', 1, now())`);
    expect(await keep(mirror)).toMatchObject({ ids: 2 });
    expect(await list(mirror, 'SELECT id AS one FROM pylon_sync.ids ORDER BY 1')).toEqual([
      ...['https://files.example/lately', 'https://files.example/named'],
    ]);
  });

  test('a create that was settled long ago is kept for the edits that wait for it, or name its provisional id', async ({
    mirror,
  }) => {
    await mirror.pool.query(`
      INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid, settled_at)
      SELECT 'accounts', 'local-' || n, 'create', '{}', '{}', 'discarded', 'anna', 1, now() - interval '31 days'
        FROM generate_series(1, 3) AS n;
      INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid, depends_on)
      SELECT 'contacts', 'c1', 'update', '{}', '{}', 'draft', 'anna', 1, id
        FROM pylon_sync.edits WHERE record_id = 'local-1';
      INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid)
      VALUES ('contacts', 'c2', 'update', '{"account_id": "local-2"}', '{}', 'draft', 'anna', 1)`);
    expect(await keep(mirror)).toMatchObject({ edits: 1 });
    expect(
      await list(
        mirror,
        "SELECT record_id AS one FROM pylon_sync.edits WHERE operation = 'create' ORDER BY 1",
      ),
    ).toEqual(['local-1', 'local-2']);
  });

  test('findings of the audit are kept for a week at least, work that was handed over for a week at most', async ({
    mirror,
  }) => {
    const fill = () =>
      mirror.pool.query(`
        TRUNCATE pylon_sync.audits, pylon_sync.handovers;
        INSERT INTO pylon_sync.audits (resource, day)
        SELECT 'issues', (now() AT TIME ZONE 'UTC')::date - n FROM generate_series(0, 99) AS n;
        INSERT INTO pylon_sync.handovers (command, arguments, state, finished_at)
        SELECT 'sync', '{}', state, now() - days * interval '1 day' - interval '1 hour'
          FROM (VALUES ('done', 1), ('failed', 7), ('done', 2), ('running', NULL), ('queued', NULL)) AS one(state, days)`);
    const left = async () => [
      (await list(mirror, 'SELECT day::text AS one FROM pylon_sync.audits')).length,
      (await list(mirror, 'SELECT state AS one FROM pylon_sync.handovers')).length,
    ];
    await fill();
    expect(await keep(mirror, 30)).toMatchObject({ audits: 69, handovers: 1 });
    expect(await left()).toEqual([31, 4]);
    await fill();
    expect(await keep(mirror, 2)).toMatchObject({ audits: 92, handovers: 2 });
    expect(await left()).toEqual([8, 3]);
  });

  test('a scan is kept for as long as a tombstone rests on it', async ({ mirror }) => {
    await mirror.pool.query(`
      INSERT INTO pylon_sync.scans (resource, kind, state, first_order, deleted, finished_at)
      SELECT 'issues', 'listing', state, 0, 1, now() - days * interval '1 day'
        FROM (VALUES ('applied', 31), ('applied', 31), ('applied', 29), ('stopped', 31)) AS one(state, days);
      INSERT INTO pylon_sync.tombstones (resource, record_id, evidence, scan_id)
      SELECT 'issues', 'i1', '{}', min(id) FROM pylon_sync.scans`);
    expect(await keep(mirror)).toMatchObject({ scans: 1 });
    expect(await list(mirror, 'SELECT state AS one FROM pylon_sync.scans ORDER BY id')).toEqual([
      ...['applied', 'applied', 'stopped'],
    ]);
  });
});

describe('forgetting', () => {
  const note = (mirror: Mirror) =>
    mirror.pool.query(`
      INSERT INTO pylon_sync.rejected_records (resource, reason, digest, seen_at)
      SELECT 'issues', 'no id', n::text, now() - interval '200 days' FROM generate_series(1, 5) AS n`);
  const daily = (mirror: Mirror, days = 30, mostMs?: number) =>
    forgetDaily(mirror, mirror.lease, { resources, days, ...(mostMs !== undefined && { mostMs }) });

  test('is done once a day, and again where fewer days are to be kept', async ({ mirror }) => {
    await note(mirror);
    expect(await daily(mirror)).toMatchObject({ rejected: 5, isAll: true });
    await note(mirror);
    expect(await daily(mirror)).toBeUndefined();
    expect(await daily(mirror, 20)).toMatchObject({ rejected: 5 });
    await note(mirror);
    await mirror.pool.query(
      "UPDATE pylon_sync.settings SET updated_at = now() - interval '25 hours' WHERE key = 'forgotten'",
    );
    expect(await daily(mirror, 20)).toMatchObject({ rejected: 5 });
  });

  test('that had no time for all of it is not over for the day', async ({ mirror }) => {
    await note(mirror);
    expect(await daily(mirror, 30, 0)).toMatchObject({ rejected: 0, isAll: false });
    expect(await daily(mirror)).toMatchObject({ rejected: 5, isAll: true });
  });
});
