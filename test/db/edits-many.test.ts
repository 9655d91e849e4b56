import pg from 'pg';
import { describe, expect } from 'vitest';
import { claimBulk } from '../../src/db/edits/bulk.ts';
import { claimEdits, nextEditMs, waitingEdits } from '../../src/db/edits/queue.ts';
import { requeueInterrupted } from '../../src/db/edits/requeue.ts';
import { accounts } from '../../src/resources/accounts.ts';
import { asDaemon } from '../helpers/as-daemon.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { test } from '../helpers/session.ts';

/** Issues whose titles were changed here; with `twice`, their tags too, by an edit that comes later. */
async function edited({ pool }: TestDatabase, issues: number, twice: boolean): Promise<void> {
  await asDaemon(
    pool,
    `DELETE FROM pylon_sync.edits; DELETE FROM pylon.issues;
     INSERT INTO pylon.issues (id, number, title, tags, custom_fields, _hash)
     SELECT 'i' || n, n, 'One', '{a}', '{"priority": "low"}', 'h' FROM generate_series(1, ${issues}) AS n`,
  );
  const draft = (set: string) =>
    pool.query(`BEGIN; SET LOCAL pylon_sync.draft = on; UPDATE pylon.issues SET ${set}; COMMIT`);
  await draft("title = 'Mine'");
  if (twice) await draft("title = 'Mine, too', tags = tags || '{b}'");
}

/** What a statement does in the database: calls of our functions, and rows of the edits and the issues that it reads. */
async function costOf({ pool }: TestDatabase, statement: string) {
  const client = await pool.connect();
  try {
    await client.query("BEGIN; SET LOCAL track_functions = 'all'");
    const { rows } = await client.query(statement);
    const { rows: counted } = await client.query<{ calls: number; read: number }>(`
      SELECT (SELECT sum(calls)::integer FROM pg_stat_xact_user_functions WHERE schemaname = 'pylon_sync') AS calls,
             (SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::integer
                FROM pg_stat_xact_user_tables WHERE relname IN ('edits', 'issues')) AS read`);
    await client.query('COMMIT');
    return { moved: rows[0]?.moved as number, calls: counted[0]?.calls ?? 0, read: counted[0]?.read ?? 0 };
  } finally {
    client.release();
  }
}

const ALL = 'ARRAY(SELECT id FROM pylon_sync.edits)';
const FAIL = "UPDATE pylon_sync.edits SET state = 'failed'";

describe('a decision about many edits', () => {
  test.for([
    ['approve', 'approve_edits', '', false],
    ['discard', 'discard_edits', '', false],
    ['discard two of each record', 'discard_edits', '', true],
    ['retry', 'retry_edits', FAIL, false],
    ['retry two of each record', 'retry_edits', FAIL, true],
  ] as const)(
    '%s: calls no function for each, and reads the rows of each alone',
    async ([, name, before, twice], { database }) => {
      const issues = 1_500;
      const edits = issues * (twice ? 2 : 1);
      await edited(database, issues, twice);
      if (before !== '') await asDaemon(database.pool, before);
      const { moved, calls, read } = await costOf(database, `SELECT pylon_sync.${name}(${ALL}) AS moved`);
      expect(moved).toBe(edits);
      // Sets are merged by a few calls for each; nothing else is.
      expect(calls).toBeLessThan(200 + (twice && name === 'retry_edits' ? 3 * issues : 0));
      expect(read / edits).toBeLessThan(60);
    },
  );

  test('in parts commits each part, latest first, and refuses a user who may not decide', async ({
    database,
  }) => {
    await edited(database, 2_500, true);
    const client = new pg.Client(database.url);
    await client.connect();
    try {
      const notices: string[] = [];
      client.on('notice', ({ message }) => notices.push(String(message)));
      const txids = async () =>
        (
          await client.query<{ transactions: number; state: string; first: number }>(
            `SELECT count(DISTINCT xmin::text)::integer AS transactions, state, min(id)::integer AS first
               FROM pylon_sync.edits GROUP BY state ORDER BY state`,
          )
        ).rows;
      const { rows: made } = await client.query('SELECT max(txid) AS txid FROM pylon_sync.edits');
      await client.query('SET ROLE pylon_editor');
      await client.query(`CALL pylon_sync.decide_in_parts('discard', txid => ${made[0].txid})`);
      expect(notices).toEqual(['2500 edits: discard']);
      expect((await txids())[0]).toEqual({ transactions: 3, state: 'discarded', first: 2_501 });
      const { rows } = await client.query('SELECT DISTINCT title, tags FROM pylon.issues');
      expect(rows).toEqual([{ title: 'Mine', tags: ['a'] }]);
      await expect(client.query("CALL pylon_sync.decide_in_parts('approve', '{1}')")).rejects.toThrow(
        /permission denied for function pylon_sync.approve_edits/,
      );
      await client.query('SET ROLE pylon_approver');
      await client.query("CALL pylon_sync.decide_in_parts('approve', '{1,2}')");
      await expect(client.query("CALL pylon_sync.decide_in_parts('forget', '{1}')")).rejects.toThrow(
        /there is no decision "forget"/,
      );
      expect(await txids()).toEqual([
        { transactions: 3, state: 'discarded', first: 2_501 },
        { transactions: 3, state: 'draft', first: 3 },
        { transactions: 1, state: 'pending', first: 1 },
      ]);
    } finally {
      await client.end();
    }
  });
});

interface Node {
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Node[];
}

const readBy = (node: Node): number =>
  (node['Relation Name'] === 'edits'
    ? ((node['Actual Rows'] ?? 0) + (node['Rows Removed by Filter'] ?? 0)) * (node['Actual Loops'] ?? 0)
    : 0) + (node.Plans ?? []).reduce((sum, inner) => sum + readBy(inner), 0);

test('what looks for the next edits reads neither settled ones nor drafts', async ({ mirror, database }) => {
  const { session } = await mirror({ issues: 1 }, { isRead: false });
  const { ctx } = session;
  await database.pool.query(`
    INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid, settled_at)
    SELECT CASE WHEN n % 2 = 0 THEN 'issues' ELSE 'accounts' END, 'r' || n, 'update', '{"title": "New"}', '{"title": "Old"}',
           CASE WHEN n % 4 < 2 THEN 'applied' ELSE 'draft' END, 'me', 1, CASE WHEN n % 4 < 2 THEN now() END
      FROM generate_series(1, 4000) AS n;
    INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid)
    SELECT 'accounts', 'p' || n, 'update', '{"owner_id": "u1"}', '{"owner_id": null}', 'pending', 'me', 2 FROM generate_series(1, 3) AS n;
    ANALYZE pylon_sync.edits`);
  // The same statements are explained afterwards.
  const sent: { readonly text: string; readonly values: unknown[] }[] = [];
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function (this: pg.Client, ...given: unknown[]) {
    const [first, second] = given as [string | { text: string; values?: unknown[] }, unknown];
    const text = typeof first === 'string' ? first : first.text;
    const values = Array.isArray(second) ? second : typeof first === 'string' ? [] : (first.values ?? []);
    if (text.includes('"edits"')) sent.push({ text, values });
    return query.apply(this, given as never);
  } as typeof query;
  try {
    await waitingEdits(ctx.db.orm);
    await nextEditMs(ctx.db.orm);
    expect(await claimBulk(ctx.db, ctx.lease, accounts)).toEqual([]);
    const room = new Map([
      ['accounts', 24],
      ['issues', 24],
    ]);
    expect(await claimEdits(ctx.db, ctx.lease, room, ['update'])).toHaveLength(3);
    await requeueInterrupted(ctx.db, ctx.lease, 1_000);
  } finally {
    pg.Client.prototype.query = query;
  }
  expect(sent.length).toBeGreaterThan(6);
  const client = await database.pool.connect();
  try {
    for (const { text, values } of sent) {
      await client.query('BEGIN');
      const { rows } = await client.query(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`, values);
      await client.query('ROLLBACK');
      expect(readBy(rows[0]['QUERY PLAN'][0].Plan), text).toBeLessThan(60);
    }
  } finally {
    client.release();
  }
});
