import { sql } from 'drizzle-orm';
import { describe, expect } from 'vitest';
import { acquireLease } from '../../src/db/lease/lease.ts';
import { oldContent } from '../../src/db/retention/erase.ts';
import { inParts, nextSize, walking } from '../../src/db/retention/parts.ts';
import { purge } from '../../src/db/retention/purge.ts';
import { forgetOld } from '../../src/db/retention/retention.ts';
import { LeaseLostError } from '../../src/errors.ts';
import { resources } from '../../src/resources/index.ts';
import { issues } from '../../src/resources/issues.ts';
import { asDaemon } from '../helpers/as-daemon.ts';
import { type Mirror, test } from '../helpers/leased-database.ts';

/** Notes for each row that is emptied or deleted the transaction that did it. */
const noteWrites = (mirror: Mirror, ...tables: readonly string[]) =>
  mirror.pool.query(`
    CREATE TABLE public.written (at regclass, txid bigint);
    CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO public.written VALUES (TG_RELID, txid_current());
      RETURN NULL;
    END $$;
    ${tables
      .map(
        (table) =>
          `CREATE TRIGGER noted AFTER UPDATE OR DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION public.note();`,
      )
      .join('\n')}`);

/** How many rows of a table each transaction wrote, in the order of the transactions. */
const writesOf = async (mirror: Mirror, table: string) =>
  (
    await mirror.rows<{ rows: number }>(
      'SELECT count(*)::int AS rows FROM public.written WHERE at = $1::regclass GROUP BY txid ORDER BY txid',
      [table],
    )
  ).map(({ rows }) => rows);

/** Deleted issues with content, of so many days ago. */
const fillIssues = (mirror: Mirror, count: number, days = 100) =>
  asDaemon(
    mirror.pool,
    `INSERT INTO pylon.issues (id, number, title, _hash, _deleted_at)
     SELECT 'i' || n, n, 'Private', 'h', now() - interval '${days} days' FROM generate_series(1, ${count}) AS n`,
  );

const contents = async (mirror: Mirror) =>
  (await mirror.rows<{ n: number }>('SELECT count(*)::int AS n FROM pylon.issues WHERE title IS NOT NULL'))[0]
    ?.n;

describe('a part', () => {
  test.for<[string, number, number, number]>([
    ['is followed by one of twice the size, if it was quick', 1_000, 49, 2_000],
    ['is followed by one of the same size', 1_000, 150, 1_000],
    ['is followed by one of half the size, if it took long', 1_000, 201, 500],
    ['never grows beyond a limit', 20_000, 0, 20_000],
    ['never shrinks below one', 50, 5_000, 50],
  ])('%s', ([, size, took, next]) => {
    expect(nextSize(size, took)).toBe(next);
  });
});

describe('retention', () => {
  test('empties a thousand rows in a transaction at most, and others may change rows meanwhile', async ({
    mirror,
  }) => {
    await fillIssues(mirror, 2_500);
    await asDaemon(mirror.pool, "INSERT INTO pylon.issues (id, number, title) VALUES ('live', 0, 'Live')");
    await noteWrites(mirror, 'pylon.issues');
    // Another connection writes beside each part: its statement does not wait, whatever the part has locked.
    const beside = await mirror.pool.connect();
    await beside.query("SET lock_timeout = '1ms'; SET pylon_sync.daemon = 'on'");
    let parts = 0;
    const nowMs = () => 0;
    const rule = walking({
      table: sql`pylon.issues`,
      key: [
        ['_deleted_at', 'timestamptz'],
        ['id', 'text'],
      ],
      which: sql`old._deleted_at < now()`,
      set: sql`title = NULL`,
    });
    const besides: number[] = [];
    const done = await inParts(
      mirror,
      mirror.lease,
      async (tx, most, after) => {
        const part = await rule(tx, most, after);
        parts += 1;
        // Before the part commits.
        const { rowCount } = await beside.query(
          "UPDATE pylon.issues SET number = number + 1 WHERE id = 'live'",
        );
        besides.push(rowCount ?? 0);
        return part;
      },
      Number.POSITIVE_INFINITY,
      nowMs,
    );
    beside.release(true);
    expect(done).toEqual({ changed: 2_500, isAll: true });
    expect(besides).toEqual(Array(parts).fill(1));
    const written = (await writesOf(mirror, 'pylon.issues')).filter((rows) => rows > 1);
    expect(written).toEqual([1_000, 1_000, 500]);
  });

  test('commits each part of all that it forgets, also where everything is as old', async ({ mirror }) => {
    await fillIssues(mirror, 2_100);
    await mirror.pool.query(`
      INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid, settled_at)
      SELECT 'issues', 'i' || n, 'update', '{}', '{}', CASE WHEN n % 2 = 0 THEN 'applied' ELSE 'failed' END, 'anna', 1,
             now() - interval '100 days' FROM generate_series(1, 4200) AS n;
      INSERT INTO pylon_sync.changes (resource, record_id, field, seen_at)
      SELECT 'issues', 'i' || n, 'state', now() - interval '100 days' FROM generate_series(1, 2100) AS n;
      INSERT INTO pylon_sync.rejected_records (resource, reason, digest, seen_at)
      SELECT 'issues', 'no id', n::text, now() - interval '100 days' FROM generate_series(1, 2100) AS n;
      INSERT INTO pylon_sync.runs (resource, kind, outcome, token, finished_at)
      SELECT 'issues', 'changes', 'done', 1, now() - interval '3 days' FROM generate_series(1, 2100)`);
    const tables = ['pylon.issues', 'edits', 'changes', 'rejected_records', 'runs'].map((name) =>
      name.includes('.') ? name : `pylon_sync.${name}`,
    );
    await noteWrites(mirror, ...tables);
    const forgotten = await forgetOld(mirror, mirror.lease, { resources, days: 30 });
    expect(forgotten).toMatchObject({
      rows: 2_100,
      edits: 2_100,
      changes: 2_100,
      rejected: 2_100,
      runs: 2_100,
    });
    for (const table of tables) {
      const written = await writesOf(mirror, table);
      expect([table, written.reduce((sum, rows) => sum + rows, 0)]).toEqual([table, 2_100]);
      expect(Math.max(...written)).toBeLessThanOrEqual(1_000);
    }
    // The edits that failed stay, though they are among those that are looked at.
    expect(await mirror.rows('SELECT count(*)::int AS n FROM pylon_sync.edits')).toEqual([{ n: 2_100 }]);
  });

  test('keeps what was done before an interruption, and goes on from there', async ({ mirror }) => {
    await fillIssues(mirror, 2_500);
    let parts = 0;
    const rule = oldContent(issues, sql`now()`);
    const killed = inParts(
      mirror,
      mirror.lease,
      async (tx, most, after) => {
        const part = await rule(tx, most, after);
        parts += 1;
        // Before the second one commits.
        if (parts === 2) throw new Error('killed');
        return part;
      },
      Number.POSITIVE_INFINITY,
      () => 0,
    );
    await expect(killed).rejects.toThrow('killed');
    const left = await contents(mirror);
    expect(left).toBe(1_500);
    expect(await forgetOld(mirror, mirror.lease, { resources, days: 30 })).toMatchObject({ rows: left });
    expect(await contents(mirror)).toBe(0);
  });

  test('stops once another process has taken the lease', async ({ mirror }) => {
    await fillIssues(mirror, 10);
    await mirror.lease.release();
    const next = await acquireLease(mirror, { command: 'next' });
    await expect(forgetOld(mirror, mirror.lease, { resources, days: 30 })).rejects.toThrow(LeaseLostError);
    expect(await contents(mirror)).toBe(10);
    await next.release();
  });

  test('waits for nobody: edits that somebody has locked stay for the next time', async ({
    mirror,
    locks,
  }) => {
    await mirror.pool.query(`
      INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid, settled_at)
      SELECT 'issues', 'i' || n, 'update', '{}', '{}', 'applied', 'anna', 1, now() - interval '100 days'
        FROM generate_series(1, 3) AS n`);
    const lock = await locks.by("SELECT FROM pylon_sync.edits WHERE record_id = 'i2' FOR UPDATE");
    expect(await forgetOld(mirror, mirror.lease, { resources, days: 30 })).toMatchObject({ edits: 2 });
    await lock.release();
    expect(await forgetOld(mirror, mirror.lease, { resources, days: 30 })).toMatchObject({ edits: 1 });
  });

  test('keeps a provisional id that an edit names deep in a value, and no other that begins like it', async ({
    mirror,
  }) => {
    await asDaemon(
      mirror.pool,
      "INSERT INTO pylon.accounts (id, _deleted_at) SELECT id, now() - interval '100 days' FROM unnest('{a,b}'::text[]) AS id",
    );
    await mirror.pool.query(`
      INSERT INTO pylon_sync.ids (provisional, resource, id) VALUES ('local-1', 'accounts', 'a'), ('local-12', 'accounts', 'b');
      INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid)
      VALUES ('issues', 'i1', 'action', '{"arguments": {"accounts": [{"account_id": "local-12"}]}}', '{}', 'draft', 'anna', 1)`);
    expect(await forgetOld(mirror, mirror.lease, { resources, days: 30 })).toMatchObject({ ids: 1 });
    expect(await mirror.rows('SELECT provisional FROM pylon_sync.ids')).toEqual([
      { provisional: 'local-12' },
    ]);
  });
});

/** A deleted issue with so many messages. */
const fillMessages = (mirror: Mirror, messages: number) =>
  asDaemon(
    mirror.pool,
    `INSERT INTO pylon.issues (id, number, title, _hash, _deleted_at) VALUES ('gone', 1, 'Private', 'h', now());
     INSERT INTO pylon.issue_messages (id, issue_id, message_html, _hash, _deleted_at)
     SELECT 'm' || n, 'gone', 'Private', 'h', now() FROM generate_series(1, ${messages}) AS n;
     INSERT INTO pylon_sync.changes (resource, record_id, field)
     SELECT 'issue_messages', 'm' || n, 'x' FROM generate_series(1, 10) AS n`,
  );

const messagesLeft = async (mirror: Mirror) =>
  (
    await mirror.rows<{ n: number }>(
      'SELECT count(*)::int AS n FROM pylon.issue_messages WHERE message_html IS NOT NULL',
    )
  )[0]?.n;

describe('purge', () => {
  test('erases a thousand children in a transaction, and the record last', async ({ mirror }) => {
    await fillMessages(mirror, 2_500);
    await noteWrites(mirror, 'pylon.issues', 'pylon.issue_messages');
    const counted = await purge(mirror, 'gone', { dryRun: true });
    expect(await writesOf(mirror, 'pylon.issue_messages')).toEqual([]);
    const purged = await purge(mirror, 'gone', { dryRun: false });
    expect(purged).toEqual({
      rows: { issues: 1, issue_messages: 2_500 },
      edits: 0,
      rejected: 0,
      changes: 10,
    });
    expect(counted).toEqual(purged);
    expect(await writesOf(mirror, 'pylon.issue_messages')).toEqual([1_000, 1_000, 500]);
    const [last] = await mirror.rows('SELECT at::text FROM public.written ORDER BY txid DESC LIMIT 1');
    expect(last).toEqual({ at: 'pylon.issues' });
  });

  test('that ended in the middle is finished by the next one', async ({ mirror, locks }) => {
    await fillMessages(mirror, 2_500);
    // The last message by the order of ids.
    const lock = await locks.row('pylon.issue_messages', 'm999');
    let pauses = 0;
    const sleep = async () => {
      pauses += 1;
    };
    await expect(purge(mirror, 'gone', { dryRun: false, sleep })).rejects.toThrow(/Failed query/);
    expect(pauses).toBeGreaterThan(1);
    expect(await messagesLeft(mirror)).toBe(500);
    // The record itself is untouched as long as a child is not erased.
    expect(await mirror.rows('SELECT title FROM pylon.issues')).toEqual([{ title: 'Private' }]);
    await lock.release();
    expect(await purge(mirror, 'gone', { dryRun: false })).toMatchObject({
      rows: { issues: 1, issue_messages: 500 },
    });
    expect(await messagesLeft(mirror)).toBe(0);
  });

  test('goes on once a row is no longer locked', async ({ mirror, locks }) => {
    await fillMessages(mirror, 3);
    const lock = await locks.row('pylon.issue_messages', 'm2');
    const purged = await purge(mirror, 'gone', { dryRun: false, sleep: () => lock.release() });
    expect(purged.rows).toEqual({ issues: 1, issue_messages: 3 });
  });

  test('stops where the record comes back meanwhile', async ({ mirror, locks }) => {
    await fillMessages(mirror, 1_500);
    const lock = await locks.row('pylon.issue_messages', 'm999');
    const restore = async () => {
      await asDaemon(mirror.pool, "UPDATE pylon.issues SET _deleted_at = NULL WHERE id = 'gone'");
      await lock.release();
    };
    await expect(purge(mirror, 'gone', { dryRun: false, sleep: restore })).rejects.toThrow(
      /gone is not deleted/,
    );
    expect(await messagesLeft(mirror)).toBe(500);
  });

  test('refuses before it erases anything, if an edit of a child is not settled', async ({ mirror }) => {
    await fillMessages(mirror, 1_500);
    await mirror.pool.query(`
      INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid)
      VALUES ('issue_messages', 'm999', 'delete', '{}', '{}', 'draft', 'anna', 1)`);
    await expect(purge(mirror, 'gone', { dryRun: false })).rejects.toThrow(
      /of issue_messages, is not settled/,
    );
    expect(await messagesLeft(mirror)).toBe(1_500);
  });
});
