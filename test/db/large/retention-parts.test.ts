import { sql } from 'drizzle-orm';
import type pg from 'pg';
import { describe, expect } from 'vitest';
import { acquireLease } from '../../../src/db/lease/lease.ts';
import { oldContent } from '../../../src/db/retention/erase.ts';
import { inParts, nextSize, walking } from '../../../src/db/retention/parts.ts';
import { purge } from '../../../src/db/retention/purge.ts';
import { forgetOld } from '../../../src/db/retention/retention.ts';
import { LeaseLostError } from '../../../src/errors.ts';
import { accounts } from '../../../src/resources/accounts.ts';
import { resources as all } from '../../../src/resources/index.ts';
import { issueMessages } from '../../../src/resources/issue_messages.ts';
import { issues } from '../../../src/resources/issues.ts';
import { asDaemon } from '../../helpers/as-daemon.ts';
import { type Mirror, test } from '../../helpers/leased-database.ts';

/** Those of which something is to go here. */
const resources = [accounts, issues, issueMessages];

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
    const forgotten = await forgetOld(mirror, mirror.lease, { resources: all, days: 30 });
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

/** Rows of each kind that are to go. A part looks at a thousand of them. */
const MANY = 6_000;

/** Deleted issues with messages, and what else is kept of them; some hundreds are of one time. */
const TIME = "now() - interval '100 days' - n / 500 * interval '1 second'";
const fillEverything = async (mirror: Mirror) => {
  await asDaemon(
    mirror.pool,
    `INSERT INTO pylon.issues (id, number, title, _hash, _deleted_at)
     SELECT 'i' || n, n, 'Private', 'h', ${TIME} FROM generate_series(1, ${MANY}) AS n;
     INSERT INTO pylon.issue_messages (id, issue_id, message_html, _hash, _deleted_at)
     SELECT 'm' || n, 'i' || n, 'Private', 'h', ${TIME} FROM generate_series(1, ${MANY}) AS n`,
  );
  await mirror.pool.query(`
    INSERT INTO pylon_sync.tombstones (resource, record_id, evidence, deleted_at)
    SELECT 'issue_messages', 'm' || n, '{"parent": "issues"}', ${TIME} FROM generate_series(1, ${MANY}) AS n;
    INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid, settled_at)
    SELECT 'issues', 'local-' || n, 'create', '{}', '{}', 'applied', 'anna', 1, ${TIME} FROM generate_series(1, ${MANY}) AS n;
    INSERT INTO pylon_sync.ids (provisional, resource, id) SELECT 'local-' || n, 'issues', 'i' || n FROM generate_series(1, ${MANY}) AS n;
    INSERT INTO pylon_sync.changes (resource, record_id, field, seen_at)
    SELECT 'issues', 'i' || n, 'state', ${TIME} FROM generate_series(1, ${MANY}) AS n;
    INSERT INTO pylon_sync.rejected_records (resource, reason, digest, seen_at)
    SELECT 'issues', 'no id', n::text, ${TIME} FROM generate_series(1, ${MANY}) AS n;
    INSERT INTO pylon_sync.scans (resource, kind, state, first_order, deleted, finished_at)
    SELECT 'issues', 'listing', 'applied', 1, 1, ${TIME} FROM generate_series(1, ${MANY}) AS n;
    INSERT INTO pylon_sync.runs (resource, kind, outcome, token, finished_at)
    SELECT 'issues', 'changes', 'done', 1, ${TIME} FROM generate_series(1, ${MANY}) AS n`);
};

const EVERYTHING = [
  ...['pylon.issues', 'pylon.issue_messages', 'pylon_sync.tombstones', 'pylon_sync.edits', 'pylon_sync.ids'],
  ...['pylon_sync.changes', 'pylon_sync.rejected_records', 'pylon_sync.scans', 'pylon_sync.runs'],
];

/** Notes for each transaction that empties or deletes rows how many rows it has changed, and how many it has read of all tables. */
const noteReads = (mirror: Mirror) =>
  mirror.pool.query(`
    CREATE TABLE public.part (txid bigint PRIMARY KEY, at regclass, changed bigint, read bigint);
    CREATE FUNCTION public.note_part() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      -- What the session has read until now, or since it told the others of it.
      INSERT INTO public.part
      SELECT txid_current(), TG_RELID, (SELECT count(*) FROM gone), sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))
        FROM pg_stat_xact_user_tables WHERE schemaname IN ('pylon', 'pylon_sync') HAVING (SELECT count(*) FROM gone) > 0;
      RETURN NULL;
    END $$;
    ${EVERYTHING.map((table) => {
      const event = table.startsWith('pylon.') ? 'UPDATE' : 'DELETE';
      return `CREATE TRIGGER noted AFTER ${event} ON ${table} REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.note_part();`;
    }).join('\n')}`);

/** What the planner takes the tables for: `UPDATE pg_class SET …`, and whether it knows values of their columns. */
const STATISTICS: readonly (readonly [name: string, set: string])[] = [
  ['that are missing', 'reltuples = -1, relpages = 0'],
  ['of empty tables', 'reltuples = 0, relpages = 1'],
  ['of one row on many pages', 'reltuples = 1, relpages = 100000'],
  ['of a thousand times the rows', `reltuples = ${1_000 * MANY}, relpages = 100`],
];

describe('retention by statistics', () => {
  test.for(STATISTICS)(
    '%s empties everything, and reads a part of each table at a time',
    async ([, set], { mirror }) => {
      await fillEverything(mirror);
      await noteReads(mirror);
      await mirror.pool.query(
        `UPDATE pg_class SET ${set} WHERE relkind IN ('r', 'i') AND relnamespace IN ('pylon'::regnamespace, 'pylon_sync'::regnamespace)`,
      );
      // Each part takes as long as it should: the next one looks at as many rows.
      let now = 0;
      const nowMs = () => {
        now += 100;
        return now;
      };
      expect(await forgetOld(mirror, mirror.lease, { resources, days: 30, nowMs })).toEqual({
        ...{ runs: MANY, edits: MANY, rejected: MANY, changes: MANY, rows: 2 * MANY, tombstones: MANY },
        ...{ scans: MANY, ids: MANY, audits: 0, handovers: 0, alerts: 0, isAll: true },
      });
      const parts = await mirror.rows<{ at: string; changed: number; read: number }>(
        `WITH parts AS (SELECT at, changed, CASE WHEN read > lag(read) OVER so_far THEN read - lag(read) OVER so_far ELSE read END AS read
                        FROM public.part WINDOW so_far AS (ORDER BY txid))
       SELECT at::text, max(changed)::int AS changed, max(read)::int AS read FROM parts GROUP BY 1`,
      );
      expect(parts.map(({ at }) => at).toSorted()).toEqual(EVERYTHING.toSorted());
      for (const { at, changed, read } of parts) {
        expect([at, changed]).toEqual([at, 1_000]);
        // Each row is found, with others of its time, and judged by what belongs to it. Parts before it may have gone through a table
        // and found nothing.
        expect([at, read <= 5 * 1_000 + MANY, read]).toEqual([at, true, read]);
      }
    },
  );
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

/** A pool before whose statements something else is done. */
const besideStatements = (
  pool: pg.Pool,
  work: (statement: string, values: readonly unknown[]) => Promise<void>,
): Pick<pg.Pool, 'connect'> =>
  ({
    async connect() {
      const client = await pool.connect();
      const query = async (statement: string | pg.QueryConfig, values: readonly unknown[] = []) => {
        await work(typeof statement === 'string' ? statement : statement.text, values);
        return client.query(statement, [...values]);
      };
      return new Proxy(client, {
        get: (target, name) => (name === 'query' ? query : Reflect.get(target, name, target)),
      });
    },
  }) as Pick<pg.Pool, 'connect'>;

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

  test.for<[what: string, resource: string, record: string]>([
    ['the record', 'issues', 'gone'],
    ['a child', 'issue_messages', 'm2'],
  ])('deletes no edit of %s that comes while it is at work', async ([, resource, record], { mirror }) => {
    await fillMessages(mirror, 3);
    // Beside the first statement that deletes edits of this resource: what was looked at before does not know of it.
    let isMade = false;
    const beside = async (statement: string, values: readonly unknown[]) => {
      if (isMade || !/DELETE FROM "pylon_sync"."edits"/.test(statement) || !values.includes(resource)) return;
      isMade = true;
      await mirror.pool.query(
        `INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid)
         VALUES ($1, $2, 'delete', '{}', '{}', 'pending', 'anna', 1)`,
        [resource, record],
      );
    };
    await expect(
      purge({ pool: besideStatements(mirror.pool, beside) }, 'gone', { dryRun: false }),
    ).rejects.toThrow(new RegExp(`edit \\d+, of ${resource}, is not settled`));
    expect(isMade).toBe(true);
    expect(await mirror.rows('SELECT resource, record_id, state FROM pylon_sync.edits')).toEqual([
      { resource, record_id: record, state: 'pending' },
    ]);
    // What belongs to the edit is there as well.
    expect(await mirror.rows('SELECT title FROM pylon.issues')).toEqual([{ title: 'Private' }]);
    expect(await messagesLeft(mirror)).toBe(resource === 'issues' ? 0 : 3);
    await mirror.pool.query("UPDATE pylon_sync.edits SET state = 'discarded', settled_at = now()");
    expect(await purge(mirror, 'gone', { dryRun: false })).toMatchObject({ edits: 1 });
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
