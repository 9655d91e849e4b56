import pg from 'pg';
import { describe, expect } from 'vitest';
import { claimBulk } from '../../../src/db/edits/bulk.ts';
import { claimEdits, nextEditMs, waitingEdits } from '../../../src/db/edits/queue.ts';
import { requeueInterrupted } from '../../../src/db/edits/requeue.ts';
import { countEdits } from '../../../src/db/status/edit-counts.ts';
import { accounts } from '../../../src/resources/accounts.ts';
import { newPusher } from '../../../src/sync/push/push.ts';
import { pushOnce } from '../../../src/sync/push/push-once.ts';
import { asDaemon } from '../../helpers/as-daemon.ts';
import type { TestDatabase } from '../../helpers/database.ts';
import { pushOptions } from '../../helpers/edits.ts';
import { test } from '../../helpers/session.ts';
import { type Sent, statementsOf } from '../../helpers/statements.ts';

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

  test('decides in parts, the latest first, commits each, and refuses a user who may not decide', async ({
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
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly 'Shared Hit Blocks'?: number;
  readonly 'Shared Read Blocks'?: number;
  readonly Plans?: readonly Node[];
}

/** Rows of the edits that a plan read; a bitmap's rows are those of the scan above it. */
const readBy = (node: Node): number =>
  (node['Relation Name'] === 'edits'
    ? ((node['Actual Rows'] ?? 0) +
        (node['Rows Removed by Filter'] ?? 0) +
        (node['Rows Removed by Index Recheck'] ?? 0)) *
      (node['Actual Loops'] ?? 0)
    : 0) + (node.Plans ?? []).reduce((sum, inner) => sum + readBy(inner), 0);

/** Rows that a plan sorted. */
const sortedBy = (node: Node): number =>
  (node['Node Type'].includes('Sort') ? (node['Actual Rows'] ?? 0) : 0) +
  (node.Plans ?? []).reduce((sum, inner) => sum + sortedBy(inner), 0);

/** The statements about edits that this process sends during some work. */
const sentBy = (work: () => Promise<unknown>) => statementsOf('"edits"', work);

/** The plan of each statement when it runs once more; nothing of it stays. */
async function plansOf(
  { pool }: TestDatabase,
  sent: readonly Sent[],
): Promise<readonly (Sent & { plan: Node })[]> {
  const client = await pool.connect();
  try {
    const plans: (Sent & { plan: Node })[] = [];
    for (const one of sent) {
      await client.query('BEGIN');
      const { rows } = await client.query(
        `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ${one.text}`,
        one.values,
      );
      await client.query('ROLLBACK');
      plans.push({ ...one, plan: rows[0]['QUERY PLAN'][0].Plan });
    }
    return plans;
  } finally {
    client.release();
  }
}

const roomFor = (records: number) => ({ records, bytes: 2 ** 22 });

const ROOM = new Map([
  ['accounts', roomFor(24)],
  ['issues', roomFor(24)],
]);

/** A fourth of it for the newest. */
const NEWEST = new Map([...ROOM].map(([name, { records }]) => [name, records / 4]));

const INSERT = `
  INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid, settled_at)
  SELECT CASE WHEN n % 2 = 0 THEN 'issues' ELSE 'accounts' END, 'r' || n, 'update', '{"title": "New"}', '{"title": "Old"}'`;
const THREE = `
  INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid)
  SELECT 'accounts', 'p' || n, 'update', '{"owner_id": "u1"}', '{"owner_id": null}', 'pending', 'me', 2
    FROM generate_series(1, 3) AS n`;

test('what looks for the next edits reads neither settled ones nor drafts', async ({ mirror, database }) => {
  const { session } = await mirror({ issues: 1 }, { isRead: false });
  const { ctx } = session;
  await database.pool.query(`${INSERT},
           CASE WHEN n % 4 < 2 THEN 'applied' ELSE 'draft' END, 'me', 1, CASE WHEN n % 4 < 2 THEN now() END
      FROM generate_series(1, 4000) AS n;
    ${THREE};
    ANALYZE pylon_sync.edits`);
  const sent = await sentBy(async () => {
    await waitingEdits(ctx.db.orm);
    await nextEditMs(ctx.db.orm);
    expect(await claimBulk(ctx.db, ctx.lease, accounts)).toEqual([]);
    expect(await claimEdits(ctx.db, ctx.lease, ROOM, ['update'], NEWEST)).toHaveLength(3);
    await requeueInterrupted(ctx.db, ctx.lease, 1_000);
  });
  expect(sent.length).toBeGreaterThan(6);
  for (const { text, plan } of await plansOf(database, sent)) expect(readBy(plan), text).toBeLessThan(60);
});

/** What the planner knows of the edits when many of them have just been settled. */
const KNOWN = [
  ['nothing', '', ''],
  ['an empty queue', 'ANALYZE pylon_sync.edits', ''],
  ['all that waits', '', 'VACUUM ANALYZE pylon_sync.edits'],
] as const;

test.for(KNOWN)(
  'many settled edits do not slow the next claim, also while the planner knows of %s',
  async ([, before, after], { mirror, database }) => {
    const { session } = await mirror({ issues: 1 }, { isRead: false });
    const { ctx } = session;
    if (before !== '') await database.pool.query(before);
    const round = async () => {
      await waitingEdits(ctx.db.orm);
      await nextEditMs(ctx.db.orm);
      await claimBulk(ctx.db, ctx.lease, accounts);
      return claimEdits(ctx.db, ctx.lease, ROOM, ['update'], NEWEST);
    };
    await asDaemon(
      database.pool,
      `${INSERT}, 'pending', 'me', 1, NULL FROM generate_series(1, 20000) AS n;
       UPDATE pylon_sync.edits SET state = 'sending', attempts = 1;
       UPDATE pylon_sync.edits SET state = 'applied', settled_at = now();
       ${THREE}`,
    );
    if (after !== '') await database.pool.query(after);
    const sent = await sentBy(async () => expect(await round()).toHaveLength(3));
    await asDaemon(database.pool, "UPDATE pylon_sync.edits SET state = 'pending' WHERE state = 'sending'");
    for (const { text, plan } of await plansOf(database, sent)) expect(readBy(plan), text).toBeLessThan(60);
  },
);

test.for(KNOWN)(
  'a claim reads what it claims, not all that waits, while the planner knows of %s',
  async ([, before, after], { mirror, database }) => {
    const { session } = await mirror({ issues: 1 }, { isRead: false });
    const { ctx } = session;
    if (before !== '') await database.pool.query(before);
    await asDaemon(database.pool, `${INSERT}, 'pending', 'me', 1, NULL FROM generate_series(1, 5000) AS n`);
    if (after !== '') await database.pool.query(after);
    const sent = await sentBy(async () => {
      expect(await waitingEdits(ctx.db.orm)).toEqual(
        new Map([
          ['accounts', { many: true }],
          ['issues', { many: true }],
        ]),
      );
      expect(await claimEdits(ctx.db, ctx.lease, ROOM, ['update'])).toHaveLength(48);
    });
    await asDaemon(database.pool, "UPDATE pylon_sync.edits SET state = 'pending' WHERE state = 'sending'");
    // Each of the 48 is looked up by several parts of the statement.
    for (const { text, plan } of await plansOf(database, sent)) expect(readBy(plan), text).toBeLessThan(600);
  },
);

/** Edits of accounts, numbered from 1: the SQL gives what they change and what else they are. */
const accountsEdited = ({ pool }: TestDatabase, edits: number, what: string, from = 1) =>
  asDaemon(
    pool,
    `INSERT INTO pylon_sync.edits (resource, record_id, operation, base, actor, txid, state, changes, attempts, next_attempt_at)
     SELECT 'accounts', 'r' || n, ${what} FROM generate_series(${from}, ${from + edits - 1}) AS n`,
  );

const QUEUES = {
  'all differ': `'update', '{"name": "Old"}', 'me', 1, 'pending', jsonb_build_object('name', 'New ' || n), 0, now()`,
  'all are alike': `'update', '{"owner_id": null}', 'me', 1, 'pending', '{"owner_id": "u1"}', 0, now()`,
  'all back off': `'update', '{"name": "Old"}', 'me', 1, 'pending', '{"name": "New"}', 1, now() + n * interval '1 hour'`,
};

test.for(
  Object.entries(QUEUES).flatMap(([name, what]) =>
    KNOWN.map(([known, before, after]) => [name, known, what, before, after] as const),
  ),
)(
  'a look at the queue reads no more however many wait: %s, and the planner knows of %s',
  async ([, , what, before, after], { mirror, database }) => {
    const { session } = await mirror({ issues: 1 }, { isRead: false });
    const { ctx } = session;
    if (before !== '') await database.pool.query(before);
    const reads: number[][] = [];
    for (const edits of [3_000, 12_000]) {
      await asDaemon(database.pool, 'DELETE FROM pylon_sync.edits');
      await database.pool.query('VACUUM pylon_sync.edits');
      await accountsEdited(database, edits, what);
      // A few of another resource behind them.
      await asDaemon(database.pool, THREE.replaceAll("'accounts'", "'issues'"));
      if (after !== '') await database.pool.query(after);
      const sent = await sentBy(async () => {
        await waitingEdits(ctx.db.orm);
        await nextEditMs(ctx.db.orm);
        await claimBulk(ctx.db, ctx.lease, accounts);
        await claimEdits(ctx.db, ctx.lease, ROOM, ['update'], NEWEST);
      });
      await asDaemon(database.pool, "UPDATE pylon_sync.edits SET state = 'pending' WHERE state = 'sending'");
      reads.push((await plansOf(database, sent)).map(({ plan }) => readBy(plan)));
    }
    const [few = [], many = []] = reads;
    expect(many.length).toBeGreaterThanOrEqual(4);
    for (const [place, read] of many.entries())
      expect(read, few.join()).toBeLessThan((few[place] ?? 0) + 100);
  },
);

test.for([
  ['back off', QUEUES['all back off']],
  ['are not allowed', `'delete', '{}', 'me', 1, 'pending', '{}', 0, now()`],
] as const)('an edit behind thousands that %s is claimed', async ([, what], { mirror, database }) => {
  const { session } = await mirror({ issues: 1 }, { isRead: false });
  const { ctx } = session;
  await accountsEdited(database, 2_500, what);
  await accountsEdited(database, 30, QUEUES['all differ'], 2_501);
  // Edits of another resource can go at once, each time.
  const others = `
    INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid)
    SELECT 'issues', 'other' || n, 'update', '{"title": "New"}', '{"title": "Old"}', 'pending', 'me', 2 FROM generate_series(1, 60) AS n`;
  await asDaemon(database.pool, others);
  const claimed: string[] = [];
  for (const [wanted, ofOthers] of [
    [24, 24],
    [6, 24],
    [0, 12],
  ]) {
    const claims = await claimEdits(ctx.db, ctx.lease, ROOM, ['update']);
    const ofAccounts = claims.filter(({ resource }) => resource === 'accounts');
    expect([ofAccounts.length, claims.length - ofAccounts.length]).toEqual([wanted, ofOthers]);
    claimed.push(...ofAccounts.map(({ record }) => record));
  }
  expect(claimed).toEqual(Array.from({ length: 30 }, (_, n) => `r${2_501 + n}`));
});

test('edits that are alike beyond the first thousands are sent together once these have gone', async ({
  mirror,
  database,
}) => {
  const { session } = await mirror({ issues: 1 }, { isRead: false });
  const { ctx } = session;
  await accountsEdited(database, 1_500, QUEUES['all differ']);
  await accountsEdited(database, 120, QUEUES['all are alike'], 1_501);
  const bulk = async () => (await claimBulk(ctx.db, ctx.lease, accounts)).map(({ record_id }) => record_id);
  expect(await bulk()).toEqual([]);
  for (const room of [1_000, 200])
    expect(
      await claimEdits(ctx.db, ctx.lease, new Map([['accounts', roomFor(room)]]), ['update']),
    ).toHaveLength(room);
  expect(await bulk()).toEqual(Array.from({ length: 100 }, (_, n) => `r${1_501 + n}`));
});

test('whoever waits for a daemon to send thousands of edits looks at a thousand of them at a time', async ({
  mirror,
  database,
}) => {
  const { session } = await mirror({ issues: 1 }, { isRead: false });
  await accountsEdited(database, 2_500, QUEUES['all differ']);
  const settle = (ids: string) =>
    asDaemon(database.pool, `UPDATE pylon_sync.edits SET state = 'applied' WHERE id ${ids}`);
  const looks = await statementsOf('AS "isDue"', async (sent) => {
    const pushed = pushOnce(session.ctx, pushOptions(), { dryRun: false, beside: true });
    await expect.poll(() => sent).not.toEqual([]);
    await settle('> 1200');
    await settle('<= 1200');
    expect(await pushed).toEqual({ states: { applied: 2_500 } });
  });
  const sizes = looks.map(({ values }) => Math.max(...values.map((ids) => String(ids).split(',').length)));
  expect(sizes.at(-1)).toBe(2_500);
  expect(Math.max(...sizes.slice(0, -1))).toBe(1_000);
});

test.for([
  [1_000, 0],
  [1_001, 1],
] as const)(
  'where none of %i edits can go, others are looked for beyond the first thousand only if there are any',
  async ([edits, looks], { mirror, database }) => {
    const { session } = await mirror({ issues: 1 }, { isRead: false });
    const { ctx } = session;
    await accountsEdited(database, edits, QUEUES['all back off']);
    // To plan that takes Postgres longer than all else that a look takes.
    const beyond = await statementsOf('BETWEEN wanted.resource', async () =>
      expect(await claimEdits(ctx.db, ctx.lease, ROOM, ['update'])).toEqual([]),
    );
    expect(beyond).toHaveLength(looks);
    // The last of them is one that can go.
    await asDaemon(
      database.pool,
      `UPDATE pylon_sync.edits SET next_attempt_at = now() WHERE record_id = 'r${edits}'`,
    );
    expect(await claimEdits(ctx.db, ctx.lease, ROOM, ['update'])).toMatchObject([{ record: `r${edits}` }]);
  },
);

describe('an edit behind hundreds that all differ', () => {
  test('goes with the next that are claimed, and one in four is the newest', async ({ mirror, database }) => {
    const { session } = await mirror({ issues: 1 }, { isRead: false });
    const { ctx } = session;
    await accountsEdited(database, 1_500, QUEUES['all differ']);
    const claimed = async (room: number, newest: number) =>
      (
        await claimEdits(
          ctx.db,
          ctx.lease,
          new Map([['accounts', roomFor(room)]]),
          ['update'],
          new Map([['accounts', newest]]),
        )
      ).map(({ record }) => record);
    expect(await claimed(4, 1)).toEqual(['r1', 'r2', 'r3', 'r1500']);
    expect(await claimed(3, 0)).toEqual(['r4', 'r5', 'r6']);
    // Where there is room for all, all go: those that are both among the newest and the oldest once.
    await asDaemon(
      database.pool,
      "DELETE FROM pylon_sync.edits WHERE state = 'pending' AND record_id > 'r12'",
    );
    const left = await database.pool.query("SELECT FROM pylon_sync.edits WHERE state = 'pending'");
    expect(await claimed(left.rows.length, 6)).toHaveLength(left.rows.length);
  });

  test('keeps its place behind earlier ones of its record, and hides no older one that could go', async ({
    mirror,
    database,
  }) => {
    const { session } = await mirror({ issues: 1 }, { isRead: false });
    const { ctx } = session;
    await accountsEdited(database, 1_200, QUEUES['all back off']);
    await accountsEdited(database, 200, QUEUES['all differ'], 1_201);
    // Another of the first, which backs off.
    await accountsEdited(database, 1, QUEUES['all differ']);
    const claims = await claimEdits(
      ctx.db,
      ctx.lease,
      new Map([['accounts', roomFor(8)]]),
      ['update'],
      new Map([['accounts', 2]]),
    );
    expect(claims.map(({ record }) => record)).toEqual([
      ...['r1201', 'r1202', 'r1203', 'r1204', 'r1205', 'r1206'],
      ...['r1399', 'r1400'],
    ]);
  });

  test('is claimed by the first look', async ({ mirror, database }) => {
    const { session } = await mirror({ issues: 1 }, { isRead: false });
    await accountsEdited(database, 300, QUEUES['all differ']);
    const pusher = newPusher(session.ctx, pushOptions());
    await pusher.begin();
    expect(await pusher.take()).toEqual({ records: 24, waiting: true });
    const { rows } = await database.pool.query(
      "SELECT id::integer FROM pylon_sync.edits WHERE state <> 'pending' ORDER BY id",
    );
    expect(rows.map(({ id }) => id)).toEqual(
      [...Array(18).keys()].map((n) => n + 1).concat([295, 296, 297, 298, 299, 300]),
    );
    await pusher.idle();
  });
});

test('waiting edits are counted in one go: each is read once, none is sorted, and no error is looked for where none is stuck', async ({
  mirror,
  database,
}) => {
  const { session } = await mirror({ issues: 1 }, { isRead: false });
  await accountsEdited(database, 3_000, QUEUES['all differ']);
  await database.pool.query('ANALYZE pylon_sync.edits');
  const sent = await sentBy(() => countEdits(session.ctx.db.orm));
  const plans = await plansOf(database, sent);
  expect(plans).toHaveLength(1);
  for (const { plan, text } of plans) {
    expect(readBy(plan), text).toBe(3_000);
    expect(sortedBy(plan), text).toBeLessThan(10);
  }
  await asDaemon(
    database.pool,
    `UPDATE pylon_sync.edits SET waiting_since = now() - interval '2 hours', error = 'reason ' || record_id
      WHERE record_id IN ('r1', 'r2', 'r3');
     UPDATE pylon_sync.edits SET waiting_since = now() - interval '3 hours', error = NULL WHERE record_id = 'r3'`,
  );
  const { stuck } = await countEdits(session.ctx.db.orm);
  expect(stuck).toMatchObject({ edits: 3, error: 'reason r1' });
});
