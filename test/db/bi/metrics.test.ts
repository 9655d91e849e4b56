import fc from 'fast-check';
import pg from 'pg';
import { describe, expect } from 'vitest';
import { syncedUntil } from '../../../src/db/bi/functions/synced-until.sql.ts';
import { resources } from '../../../src/resources/index.ts';
import { ENDED } from '../../../src/resources/issues/ended.ts';
import { asDaemon } from '../../helpers/as-daemon.ts';
import { type TestDatabase, test } from '../../helpers/database.ts';

const rowsOf = async ({ pool }: TestDatabase, query: string) => (await pool.query(query)).rows;

/** A day at noon, so many days before today (UTC). */
const ago = (days: number, hours = 0) =>
  `(date_trunc('day', now() AT TIME ZONE 'UTC') + interval '12 hours' - interval '${days} days' + interval '${hours} hours') AT TIME ZONE 'UTC'`;

interface Planned {
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Planned[];
}

/** How many rows of a table a plan read, with those that it read and left out. */
function rowsRead(plan: Planned, relation: string): number {
  const each = plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0);
  const here = plan['Relation Name'] === relation ? each * plan['Actual Loops'] : 0;
  return (plan.Plans ?? []).reduce((sum, part) => sum + rowsRead(part, relation), here);
}

const PEOPLE = `
  INSERT INTO pylon.users (id, name, email) VALUES ('u1', 'Ann', 'ann@us.example'), ('u2', 'Ben', NULL);
  INSERT INTO pylon.teams (id, name, user_ids) VALUES ('t1', 'Support', '{u1,u2}');
  INSERT INTO pylon.accounts (id, name, type, owner_id, tags, domains, primary_domain, channels, external_ids, latest_customer_activity_time)
  VALUES ('a1', 'Acme', 'customer', 'u2', '{vip,eu}', '{acme.example,acme.org}', 'acme.example',
          '[{"channel_id": "C1", "source": "slack", "channel_name": "acme", "is_primary": true}]',
          '[{"external_id": "42", "label": "crm"}]', ${ago(40)}),
         ('a2', 'Blue', 'customer', NULL, NULL, NULL, NULL, NULL, NULL, ${ago(1)}),
         ('gone', 'Gone', 'customer', NULL, '{vip}', NULL, NULL, NULL, NULL, NULL);
  UPDATE pylon.accounts SET _deleted_at = now() WHERE id = 'gone';
  INSERT INTO pylon.issue_statuses (id, slug, label, category) VALUES ('new', 'new', 'New', 'new'), ('qa', 'qa', 'In QA', 'on_hold');`;

const ISSUES = `${PEOPLE}
  INSERT INTO pylon.issues (id, number, state, source, account_id, team_id, assignee_id, custom_fields, tags, created_at,
                            first_response_time, first_response_seconds, resolution_time, resolution_seconds, number_of_touches,
                            first_response_breach_time, resolution_breach_time, csat_responses, latest_message_time)
  VALUES
    ('i1', 1, 'closed', 'email', 'a1', 't1', 'u1', '{"priority": "high"}', '{a,b}', ${ago(5)}, ${ago(5, 2)}, 7200, ${ago(3)}, 172800, 4,
     ${ago(5, 1)}, ${ago(2)}, '[{"score": 5, "comment": "fine"}, {"score": 2}]', ${ago(3)}),
    ('i2', 2, 'closed', 'email', 'a1', 't1', 'u1', '{"priority": "high"}', NULL, ${ago(4)}, ${ago(4, 1)}, NULL, ${ago(4, 3)}, NULL, 1,
     NULL, NULL, '[{"score": "odd"}]', ${ago(4)}),
    ('i3', 3, 'qa', 'slack', 'a1', NULL, NULL, NULL, '{a}', ${ago(2)}, NULL, NULL, NULL, NULL, 0, ${ago(1)}, NULL, NULL, ${ago(2)}),
    ('i4', 4, 'new', 'slack', 'a2', 't1', 'u2', NULL, NULL, ${ago(0, -6)}, NULL, NULL, NULL, NULL, 0, NULL, now() + interval '1 day', 'null', NULL),
    ('dead', 5, 'new', 'slack', 'a2', 't1', 'u2', NULL, '{a}', ${ago(3)}, NULL, NULL, NULL, NULL, 0, NULL, NULL, '[{"score": 1}]', NULL);
  UPDATE pylon.issues SET _deleted_at = now() WHERE id = 'dead';`;

const DAY_MS = 86_400_000;
const someTime = fc.option(
  fc.integer({ min: -200, max: 1 }).map((days) => new Date(Date.now() + days * DAY_MS).toISOString()),
);
const someSeconds = fc.option(fc.integer({ min: 0, max: 1_000 }));

const ISSUE_FIELDS = {
  account_id: fc.constantFrom('a1', 'a2', 'a3', 'nobody', null),
  state: fc.constantFrom('new', 'closed', null),
  created_at: someTime,
  updated_at: someTime,
  resolution_time: someTime,
  latest_message_time: someTime,
  first_response_seconds: someSeconds,
  resolution_seconds: someSeconds,
  csat_responses: fc.constantFrom(
    null,
    [],
    [{ score: 4 }],
    [{ score: 1 }, { score: 'odd' }],
    { score: 3 },
    'text',
    // Too long for an index, by the number of ratings and by a comment.
    [...Array(40).fill({ score: 2 }), { score: 'odd' }],
    [{ score: 5, comment: 'fine '.repeat(2_000) }, { score: 1 }],
    { score: 3, comment: 'fine '.repeat(100) },
  ),
  _deleted_at: fc.constantFrom(null, null, null, '2026-01-01T00:00:00Z'),
};
const ANY_ISSUE = fc.record(ISSUE_FIELDS);

/** Questions, each with what stands in its plan for the indexes that answer it. */
const ANSWERED_BY: readonly (readonly [query: string, ...indexes: readonly string[]])[] = [
  [
    "SELECT sum(open) FROM pylon_bi.daily_backlog WHERE day > (now() AT TIME ZONE 'UTC')::date - 30",
    'Index Only Scan using issues_backlog_high',
    'Index Only Scan using issues_backlog_none',
    'Index Scan using issues_backlog_others_open',
    'Index Scan using issues_backlog_others_closed',
    'Index Scan using issues_lasted',
  ],
  [
    'SELECT * FROM pylon_bi.account_health',
    'Index Only Scan using issues_of_account',
    'Index Only Scan using issues_open_by_account',
    'Index Only Scan using issues_rated_by_account',
    'issues_rated_at_length_by_account',
  ],
  ['SELECT * FROM pylon_bi.team_workload', 'issues_open'],
];

describe('of known rows', () => {
  test('issue_metrics measures each live issue', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    const rows = await rowsOf(
      database,
      `SELECT number::int, is_open, first_response_seconds::int, first_response_hours::float, resolution_seconds::int,
              resolution_hours::float, touches::int, first_response_breached, resolution_breached, team_name, assignee_name, priority,
              age_seconds IS NULL AS no_age
         FROM pylon_bi.issue_metrics ORDER BY number`,
    );
    const none = {
      first_response_seconds: null,
      first_response_hours: null,
      resolution_seconds: null,
      resolution_hours: null,
    };
    expect(rows).toMatchObject([
      {
        ...{
          number: 1,
          is_open: false,
          first_response_seconds: 7200,
          first_response_hours: 2,
          resolution_seconds: 172_800,
        },
        ...{
          resolution_hours: 48,
          touches: 4,
          first_response_breached: true,
          resolution_breached: false,
          no_age: true,
        },
        ...{ team_name: 'Support', assignee_name: 'Ann', priority: 'high' },
      },
      // Where Pylon has no figure, its times make one.
      {
        number: 2,
        is_open: false,
        first_response_seconds: 3600,
        resolution_seconds: 10_800,
        first_response_breached: null,
      },
      {
        number: 3,
        is_open: true,
        ...none,
        first_response_breached: true,
        resolution_breached: null,
        team_name: null,
        no_age: false,
      },
      { number: 4, is_open: true, ...none, first_response_breached: null, resolution_breached: false },
    ]);
  });

  test('an issue in a closed state is open in no view that reads its row, with or without times', async ({
    database,
  }) => {
    await asDaemon(
      database.pool,
      `INSERT INTO pylon.issue_statuses (id, slug, label, category) VALUES ('done', 'done', 'Done', 'closed'), ('new', 'new', 'New', 'new');
       INSERT INTO pylon.issues (id, number, state, created_at, time_in_status_seconds)
       VALUES ('i1', 1, 'done', now(), '{"done": 1}'), ('i2', 2, 'closed', NULL, '{"closed": 1}'), ('i3', 3, 'new', now(), '{"new": 1}'), ('i4', 4, NULL, now(), NULL)`,
    );
    expect(
      await rowsOf(
        database,
        `SELECT number::int AS n, is_closed, i.is_open, m.is_open AS in_metrics, age_seconds IS NOT NULL AS has_age, s.is_current AS current
           FROM pylon_bi.issues AS i JOIN pylon_bi.issue_metrics AS m USING (number) LEFT JOIN pylon_bi.issue_time_in_status AS s ON s.issue_id = i.id ORDER BY 1`,
      ),
    ).toEqual([
      { n: 1, is_closed: true, is_open: false, in_metrics: false, has_age: false, current: false },
      { n: 2, is_closed: true, is_open: false, in_metrics: false, has_age: false, current: false },
      { n: 3, is_closed: false, is_open: true, in_metrics: true, has_age: true, current: true },
      { n: 4, is_closed: false, is_open: true, in_metrics: true, has_age: true, current: null },
    ]);
    const [row] = await rowsOf(database, 'SELECT sum(open_issues)::int AS open FROM pylon_bi.team_workload');
    expect(row).toEqual({ open: 2 });
  });

  test('an issue that ended before an SLA was due has not missed it', async ({ database }) => {
    const due = [ago(3), ago(3)].join(', ');
    await asDaemon(
      database.pool,
      `INSERT INTO pylon.issue_statuses (id, slug, label, category) VALUES ('done', 'done', 'Done', 'closed');
       INSERT INTO pylon.issues (id, number, state, created_at, updated_at, resolution_time, first_response_breach_time, resolution_breach_time)
       VALUES ('i1', 1, 'closed', ${ago(5)}, ${ago(4)}, NULL, ${due}), ('i2', 2, 'done', ${ago(5)}, ${ago(4)}, NULL, ${due}),
              ('i3', 3, 'closed', ${ago(5)}, ${ago(2)}, NULL, ${due}), ('i4', 4, 'closed', ${ago(5)}, ${ago(1)}, ${ago(4)}, ${due}),
              ('i5', 5, 'new', ${ago(5)}, ${ago(4)}, NULL, ${due}), ('i6', 6, 'new', ${ago(5)}, ${ago(4)}, NULL, ${ago(-1)}, ${ago(-1)})`,
    );
    const rows = await rowsOf(
      database,
      'SELECT first_response_breached AS answer, resolution_breached AS resolution FROM pylon_bi.issue_metrics ORDER BY number',
    );
    expect(rows.map(({ answer, resolution }) => [answer, resolution])).toEqual(
      [false, false, true, false, true, false].map((missed) => [missed, missed]),
    );
  });

  test('daily_backlog counts what came, was solved and stayed open, each day', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    const rows = await rowsOf(
      database,
      `SELECT ((now() AT TIME ZONE 'UTC')::date - day)::int AS ago, sum(open)::int AS open, sum(new)::int AS new, sum(solved)::int AS solved
         FROM pylon_bi.daily_backlog GROUP BY 1 ORDER BY 1 DESC`,
    );
    expect(rows.map(({ ago, open, new: made, solved }) => [ago, open, made, solved])).toEqual([
      [5, 1, 1, 0],
      [4, 1, 1, 1],
      [3, 0, 0, 1],
      [2, 1, 1, 0],
      [1, 1, 0, 0],
      [0, 2, 1, 0],
    ]);
    expect(
      await rowsOf(
        database,
        `SELECT team_name, assignee_name, priority, source, open::int FROM pylon_bi.daily_backlog
          WHERE day = (now() AT TIME ZONE 'UTC')::date ORDER BY 1 NULLS LAST`,
      ),
    ).toEqual([
      { team_name: 'Support', assignee_name: 'Ben', priority: null, source: 'slack', open: 1 },
      { team_name: null, assignee_name: null, priority: null, source: 'slack', open: 1 },
    ]);
  });

  test('daily_backlog has no calendar of two thousand years where an issue has no time', async ({
    database,
  }) => {
    await asDaemon(
      database.pool,
      `${ISSUES} INSERT INTO pylon.issues (id, number, state, created_at) VALUES ('zero', 6, 'new', '0001-01-01T00:00:00Z')`,
    );
    const rows = await rowsOf(
      database,
      `SELECT min((now() AT TIME ZONE 'UTC')::date - day)::int AS last, max((now() AT TIME ZONE 'UTC')::date - day)::int AS first,
              (SELECT sum(open)::int FROM pylon_bi.daily_backlog WHERE day = (now() AT TIME ZONE 'UTC')::date) AS open
         FROM pylon_bi.daily_backlog`,
    );
    expect(rows).toEqual([{ last: 0, first: 5, open: 3 }]);
  });

  test('daily_backlog is what each issue counted on each day makes, whatever its times', async ({
    database,
  }) => {
    const one = (values: readonly string[], seed: number) =>
      `(ARRAY[${values.join(', ')}])[1 + abs(hashint8extended(n, ${seed}) % ${values.length})]`;
    await asDaemon(
      database.pool,
      `INSERT INTO pylon.issues (id, state, team_id, assignee_id, source, custom_fields, created_at, updated_at, resolution_time, _deleted_at)
       SELECT 'i' || n, ${one(["'new'", "'closed'", "'waiting_on_you'", 'NULL'], 3)}, ${one(["'t1'", "'t2'", 'NULL'], 1)},
              ${one(["'u1'", 'NULL'], 5)}, ${one(["'email'", 'NULL'], 7)}, ${one([`'{"priority": "high"}'`, `'{"priority": "low"}'`, `'{"priority": "odd"}'`, `'{"priority": null}'`, `'"text"'`, 'NULL'], 11)}::jsonb,
              ${one(['NULL', "'0001-01-01Z'", "now() + interval '2 days'", ...Array(6).fill("now() - n * interval '17 minutes'"), ...Array(3).fill("now() - n * interval '10 hours'"), ago(3), "'-infinity'", "'infinity'"], 13)}::timestamptz,
              ${one(['NULL', "now() - n * interval '7 minutes'"], 17)}::timestamptz,
              ${one([...Array(6).fill('NULL'), "now() - n * interval '11 minutes'", "now() - n * interval '23 minutes'", "now() - n * interval '5 hours'", "now() - n * interval '9 hours'", ago(2), "now() + interval '1 day'", "'0001-01-01Z'", "'-infinity'", "'infinity'"], 19)}::timestamptz,
              CASE WHEN n % 23 = 0 THEN now() END
         FROM generate_series(1, 1000) AS n`,
    );
    const counted = `
      SELECT day::date AS day, team_id, assignee_id, custom_fields ->> 'priority' AS priority, source,
             count(*) FILTER (WHERE ended >= ends) AS open, count(*) FILTER (WHERE created_at >= begins) AS new, count(*) FILTER (WHERE ended < ends) AS solved
        FROM (SELECT *, ${ENDED} AS ended FROM pylon.issues WHERE _deleted_at IS NULL) AS issue
        JOIN (SELECT day, day AT TIME ZONE 'UTC' AS begins, (day + interval '1 day') AT TIME ZONE 'UTC' AS ends
                FROM generate_series((SELECT date_trunc('day', min(created_at) AT TIME ZONE 'UTC') FROM pylon.issues WHERE created_at >= '2000-01-01Z' AND _deleted_at IS NULL),
                                     now() AT TIME ZONE 'UTC', interval '1 day') AS day) AS calendar ON created_at < ends AND ended >= begins
       GROUP BY 1, 2, 3, 4, 5`;
    const shown =
      'SELECT day, team_id, assignee_id, priority, source, open, new, solved FROM pylon_bi.daily_backlog';
    expect((await rowsOf(database, counted)).length).toBeGreaterThan(100);
    expect(await rowsOf(database, `(${counted}) EXCEPT ALL (${shown})`)).toEqual([]);
    expect(await rowsOf(database, `(${shown}) EXCEPT ALL (${counted})`)).toEqual([]);
    // Asked for some days alone, it says the same of them.
    for (const some of [
      "day > current_date - 5 AND team_id = 't1'",
      'day BETWEEN current_date - 60 AND current_date - 40',
      'day = current_date - 33',
      "day < current_date - 100 AND assignee_id IS NULL AND source = 'email'",
      "date_trunc('month', day) = date_trunc('month', current_date - 70) AND open > 1",
    ]) {
      const every = `SELECT * FROM (${counted}) AS every WHERE ${some}`;
      expect([some, (await rowsOf(database, every)).length > 0]).toEqual([some, true]);
      expect(await rowsOf(database, `(${every}) EXCEPT ALL (${shown} WHERE ${some})`)).toEqual([]);
      expect(await rowsOf(database, `(${shown} WHERE ${some}) EXCEPT ALL (${every})`)).toEqual([]);
    }
  });

  test('daily_backlog reads each issue once, and only those of the days that it is asked for', async ({
    database,
  }) => {
    // Eight a day, each open for three days.
    await asDaemon(
      database.pool,
      `INSERT INTO pylon.issues (id, state, team_id, created_at, updated_at)
       SELECT 'i' || n, 'closed', 't' || n % 3, now() - n * interval '3 hours', now() - n * interval '3 hours' + interval '3 days'
         FROM generate_series(30, 2029) AS n`,
    );
    await database.pool.query('ANALYZE pylon.issues');
    const client = await database.pool.connect();
    try {
      await client.query('SET enable_seqscan = off');
      const issuesRead = async (condition: string) => {
        const { rows } = await client.query(
          `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) SELECT day, sum(open), sum(new), sum(solved) FROM pylon_bi.daily_backlog WHERE ${condition} GROUP BY 1`,
        );
        return rowsRead(rows[0]['QUERY PLAN'][0].Plan, 'issues');
      };
      const whole = await issuesRead('true');
      expect(whole).toBeGreaterThanOrEqual(2_000);
      // Those of the four days before a block again, among which are the ones that were open when it began: 37 blocks, 32 issues.
      expect(whole).toBeLessThan(2_000 + 38 * 32);
      for (const condition of [
        'day > current_date - 7',
        'day = current_date - 104',
        "day BETWEEN current_date - 104 AND current_date - 98 AND team_id = 't1'",
      ]) {
        // Those of one block, and the first of all, with which the calendar begins.
        const read = await issuesRead(condition);
        expect([condition, read > 24 && read < 7 * 8 + 32 + 8]).toEqual([condition, true]);
      }
    } finally {
      client.release(true);
    }
  });

  test('daily_backlog reads what is older no more often under row security', async ({ database }) => {
    const { rows: server } = await database.pool.query(
      "SELECT current_setting('server_version_num')::int AS version",
    );
    // A view is its reader's from PostgreSQL 15 on.
    if (server[0].version < 150_000) return;
    await asDaemon(
      database.pool,
      `INSERT INTO pylon.issues (id, state, team_id, created_at, updated_at, body_html)
       SELECT 'i' || n, 'closed', 't' || n % 3, now() - n * interval '1 hour', now() - n * interval '1 hour' + CASE WHEN n % 50 = 0 THEN interval '5 days' ELSE interval '3 days' END,
              repeat('text ', 200)
         FROM generate_series(130, 10129) AS n;
       ALTER TABLE pylon.issues ENABLE ROW LEVEL SECURITY;
       CREATE POLICY team ON pylon.issues TO pylon_reader USING (team_id = 't1');
       ALTER VIEW pylon_bi.daily_backlog SET (security_invoker = true)`,
    );
    await database.pool.query('ANALYZE pylon.issues');
    const client = await database.pool.connect();
    try {
      await client.query('BEGIN; SET LOCAL ROLE pylon_reader; SET LOCAL enable_seqscan = off');
      const { rows } = await client.query(
        'EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) SELECT sum(open) FROM pylon_bi.daily_backlog WHERE day = current_date - 30',
      );
      // There are 200 that lasted, and of each block its issues. Older ones are nearly all.
      expect(rowsRead(rows[0]['QUERY PLAN'][0].Plan, 'issues')).toBeLessThan(5_000);
    } finally {
      client.release(true);
    }
  });

  test('daily_backlog counts issues whose texts are too long for an index', async ({ database }) => {
    // Not to be compressed.
    const long = (bytes: number, seed: number) =>
      `(SELECT left(string_agg(md5(${seed} || n::text), ''), ${bytes}) FROM generate_series(1, ${Math.ceil(bytes / 32)}) AS n)`;
    const pieces = ['team_id', 'assignee_id', 'source'].map((_, seed) => long(500, seed)).join(', ');
    await asDaemon(
      database.pool,
      `INSERT INTO pylon.issues (id, custom_fields, team_id, assignee_id, source, state, created_at, resolution_time)
       SELECT concat_ws(' ', bytes, priority, solved), jsonb_build_object('priority', priority), ${pieces}, substr(${long(6_000, 9)}, 1, bytes), ${ago(2)}, solved
         FROM unnest(ARRAY[499, 500, 6000]) AS bytes, unnest(ARRAY['high', NULL]) AS priority, unnest(ARRAY[NULL, ${ago(1)}]) AS solved`,
    );
    expect(
      await rowsOf(
        database,
        `SELECT (current_date - day)::int AS ago, sum(open)::int AS open, sum(new)::int AS new, sum(solved)::int AS solved
           FROM pylon_bi.daily_backlog GROUP BY 1 ORDER BY 1 DESC`,
      ),
    ).toEqual([
      { ago: 2, open: 12, new: 12, solved: 0 },
      { ago: 1, open: 6, new: 0, solved: 6 },
      { ago: 0, open: 6, new: 0, solved: 0 },
    ]);
  });

  test('account_health is what all issues of an account make, whatever they are', async ({ database }) => {
    await fc.assert(
      fc.asyncProperty(fc.array(ANY_ISSUE, { maxLength: 40 }), async (issues) => {
        await asDaemon(
          database.pool,
          `DELETE FROM pylon.issues; DELETE FROM pylon.accounts;
           INSERT INTO pylon.accounts (id, name) SELECT 'a' || n, 'Account ' || n FROM generate_series(1, 3) AS n`,
        );
        const json = pg.escapeLiteral(
          JSON.stringify(issues.map((issue, at) => ({ ...issue, id: `i${at}` }))),
        );
        const columns = [...Object.keys(ISSUE_FIELDS), 'id'].join(', ');
        await asDaemon(
          database.pool,
          `INSERT INTO pylon.issues (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::pylon.issues, ${json})`,
        );
        // As if each rating were a row, without an index.
        const plain = `
          SELECT a.id, count(i.id)::int AS issues, count(i.id) FILTER (WHERE i.ended = 'infinity')::int AS open,
                 count(i.id) FILTER (WHERE i.created_at >= now() - interval '30 days')::int AS month,
                 count(i.id) FILTER (WHERE i.created_at >= now() - interval '90 days')::int AS quarter,
                 (percentile_cont(0.5) WITHIN GROUP (ORDER BY i.first_response_seconds))::bigint::float AS first_response,
                 (percentile_cont(0.5) WITHIN GROUP (ORDER BY i.resolution_seconds))::bigint::float AS resolution,
                 coalesce(sum(CASE jsonb_typeof(i.csat_responses) WHEN 'array' THEN jsonb_array_length(jsonb_path_query_array(i.csat_responses, '$[*] ? (@.score.type() == "number")')) END), 0)::int AS ratings,
                 (SELECT round(avg((one ->> 'score')::numeric), 2) FROM pylon.issues AS rated
                   CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(csat_responses) WHEN 'array' THEN csat_responses END) AS one
                   WHERE rated.account_id = a.id AND rated._deleted_at IS NULL AND jsonb_typeof(one -> 'score') = 'number') AS score,
                 max(i.latest_message_time) AS active
            FROM pylon.accounts AS a LEFT JOIN (SELECT *, ${ENDED} AS ended FROM pylon.issues WHERE _deleted_at IS NULL) AS i ON i.account_id = a.id
           GROUP BY 1`;
        const shown = `
          SELECT account_id AS id, issues::int, open_issues::int AS open, issues_last_30_days::int AS month,
                 issues_last_90_days::int AS quarter, median_first_response_seconds::float AS first_response,
                 median_resolution_seconds::float AS resolution, csat_responses::int AS ratings, csat_score AS score, last_activity_at AS active
            FROM pylon_bi.account_health`;
        expect(await rowsOf(database, `SELECT * FROM (${shown}) AS s ORDER BY id`)).toEqual(
          await rowsOf(database, `SELECT * FROM (${plain}) AS p ORDER BY id`),
        );
      }),
      { numRuns: 30 },
    );
  });

  test('ratings of any form and length fit the indexes', async ({ database }) => {
    // Of each form the longest text that counts as short, and one byte more. Numbers take several times as much as their text.
    const list = (each: readonly unknown[], bytes: number) => {
      const most = each.map((one) => JSON.stringify(one)).join(', ');
      return `[${most}, ${'1'.repeat(bytes - Buffer.byteLength(most) - 4)}]`;
    };
    const forms = (bytes: number) => [
      `[{"score": 4, "comment": "${'qwertzuiopasdfghjklyxcvbnm'.repeat(20).slice(0, bytes - 29)}"}]`,
      list(
        Array.from({ length: 90 }, (_, at) => (at * 7) % 10),
        bytes,
      ),
      list(Array(70).fill([]), bytes),
    ];
    const many = Array.from({ length: 500 }, (_, at) => ({ score: 4, comment: String(Math.sin(at)) }));
    const ratings = [...forms(299), ...forms(300), JSON.stringify(many)];
    const account = 'a'.repeat(200);
    await asDaemon(
      database.pool,
      `INSERT INTO pylon.accounts (id) VALUES ('${account}');
       INSERT INTO pylon.issues (id, account_id, csat_responses)
       VALUES ${ratings.map((rating, at) => `('i${at}', '${account}', '${rating}')`).join(', ')}`,
    );
    const lengths = await rowsOf(
      database,
      'SELECT octet_length(csat_responses::text) AS bytes FROM pylon.issues ORDER BY id LIMIT 6',
    );
    expect(lengths.map(({ bytes }) => bytes)).toEqual([299, 299, 299, 300, 300, 300]);
    const [shown] = await rowsOf(
      database,
      'SELECT csat_responses::int AS given FROM pylon_bi.account_health',
    );
    const scored = ({ score }: { readonly score?: number }) => score !== undefined;
    const given = ratings.reduce((sum, rating) => sum + JSON.parse(rating).filter(scored).length, 0);
    expect(shown).toEqual({ given });
  });

  test('account_health reads no issues for columns that nobody asks for', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    const plan = async (columns: string) =>
      (await rowsOf(database, `EXPLAIN SELECT ${columns} FROM pylon_bi.account_health`))
        .map((line) => line['QUERY PLAN'])
        .join('\n');
    const reads = async (columns: string) =>
      (await plan(columns)).match(/(on|using) issues\w*( on issues)?/g)?.length ?? 0;
    expect(await reads('account_name, owner_name')).toBe(0);
    expect(await reads('account_name, issues, median_resolution_hours')).toBe(1);
    // Ratings are read by two indexes.
    expect(await reads('account_name, open_issues, csat_score')).toBe(3);
    expect(await reads('*')).toBe(4);
  });

  test('each that asks for some of the issues is answered by an index', async ({ database }) => {
    await asDaemon(
      database.pool,
      // Otherwise vacuum may find that the commit is not on the disk yet, and not mark the pages as visible to all.
      `SET LOCAL synchronous_commit = on;
       INSERT INTO pylon.accounts (id) SELECT 'a' || n FROM generate_series(1, 20) AS n;
       INSERT INTO pylon.issues (id, state, account_id, created_at, updated_at, csat_responses, body_html)
       SELECT 'i' || n, CASE WHEN n % 50 = 0 THEN 'new' ELSE 'closed' END, 'a' || 1 + n % 20, now() - n * interval '3 hours',
              now() - n * interval '2 hours', CASE WHEN n % 10 = 0 THEN '[{"score": 4}]'::jsonb END, repeat('text ', 200)
         FROM generate_series(1, 4000) AS n`,
    );
    await database.pool.query('VACUUM ANALYZE pylon.issues');
    await database.pool.query('VACUUM ANALYZE pylon.accounts');
    for (const [query, ...indexes] of ANSWERED_BY)
      for (const index of indexes) {
        const client = await database.pool.connect();
        try {
          // A vacuum that meets an older snapshot marks no page as visible to all, and reading the rows then seems cheaper.
          if (index.startsWith('Index Only'))
            await client.query('SET enable_seqscan = off; SET enable_bitmapscan = off');
          const { rows } = await client.query<Record<string, string>>(`EXPLAIN ${query}`);
          expect(rows.map((line) => Object.values(line)[0]).join('\n'), query).toContain(index);
        } finally {
          client.release(true);
        }
      }
  });

  test('team_workload, account_health and csat_summary', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    expect(
      await rowsOf(
        database,
        `SELECT team_name, assignee_name, open_issues::int, new_issues::int, unanswered::int, breached::int
           FROM pylon_bi.team_workload ORDER BY 1 NULLS LAST`,
      ),
    ).toEqual([
      {
        team_name: 'Support',
        assignee_name: 'Ben',
        open_issues: 1,
        new_issues: 1,
        unanswered: 1,
        breached: 0,
      },
      { team_name: null, assignee_name: null, open_issues: 1, new_issues: 0, unanswered: 1, breached: 1 },
    ]);
    expect(
      await rowsOf(
        database,
        `SELECT account_name, owner_name, issues::int, open_issues::int, issues_last_30_days::int, median_first_response_hours::float,
                csat_responses::int, csat_score::float, last_activity_at = ${ago(2)} AS is_message, last_activity_at = ${ago(1)} AS is_other
           FROM pylon_bi.account_health ORDER BY 1`,
      ),
    ).toEqual([
      {
        ...{ account_name: 'Acme', owner_name: 'Ben', issues: 3, open_issues: 1, issues_last_30_days: 3 },
        ...{
          median_first_response_hours: 2,
          csat_responses: 2,
          csat_score: 3.5,
          is_message: true,
          is_other: false,
        },
      },
      {
        ...{ account_name: 'Blue', owner_name: null, issues: 1, open_issues: 1, issues_last_30_days: 1 },
        ...{
          median_first_response_hours: null,
          csat_responses: 0,
          csat_score: null,
          is_message: false,
          is_other: true,
        },
      },
    ]);
    expect(
      await rowsOf(
        database,
        'SELECT team_name, assignee_name, responses::int, score::float, satisfied::int, satisfied_percent::float FROM pylon_bi.csat_summary',
      ),
    ).toEqual([
      {
        team_name: 'Support',
        assignee_name: 'Ann',
        responses: 2,
        score: 3.5,
        satisfied: 1,
        satisfied_percent: 50,
      },
    ]);
  });

  test('the mean rating of several rows is that of their ratings, not of rounded means', async ({
    database,
  }) => {
    await asDaemon(
      database.pool,
      `INSERT INTO pylon.issues (id, team_id, created_at, csat_responses)
       VALUES ('i1', 't1', now(), '[{"score": 1}, {"score": 1}, {"score": 2}]'), ('i2', 't2', now(), '[{"score": 1}, {"score": 1}, {"score": 2}]'),
              ('i3', 't3', now(), '[{"score": 5}, {"score": 5}, {"score": null}]')`,
    );
    const [row] = await rowsOf(
      database,
      'SELECT sum(score_sum)::text AS sum, round(sum(score_sum) / sum(responses), 3)::text AS score FROM pylon_bi.csat_summary',
    );
    expect(row).toEqual({ sum: '18', score: '2.250' });
  });

  test('knowledge_base_coverage counts articles', async ({ database }) => {
    await asDaemon(
      database.pool,
      `INSERT INTO pylon.knowledge_bases (id, title) VALUES ('kb', 'Help');
       INSERT INTO pylon.collections (id, knowledge_base_id) VALUES ('c', 'kb');
       INSERT INTO pylon.articles (id, knowledge_base_id, collection_id, is_published, is_unlisted, current_draft_content_html,
                                   current_published_content_html, last_published_at)
       VALUES ('1', 'kb', 'c', true, false, 'x', 'x', now()), ('2', 'kb', 'c', true, true, 'y', 'x', now() - interval '1 year'),
              ('3', 'kb', NULL, false, false, 'z', NULL, NULL), ('4', 'kb', 'c', true, false, NULL, 'x', now());
       INSERT INTO pylon.article_translations (id, article_id, knowledge_base_id, language, is_published) VALUES ('1:de', '1', 'kb', 'de', true)`,
    );
    const [row] = await rowsOf(database, 'SELECT * FROM pylon_bi.knowledge_base_coverage');
    expect(row).toMatchObject({
      ...{ title: 'Help', collections: '1', articles: '4', published_articles: '3', unlisted_articles: '1' },
      ...{ articles_with_unpublished_changes: '1', stale_articles: '1', articles_without_collection: '1' },
      ...{ translations: '1', published_translations: '1' },
    });
  });

  test('lists are rows', async ({ database }) => {
    await asDaemon(database.pool, ISSUES);
    expect(
      await rowsOf(database, 'SELECT issue_number::int AS n, tag FROM pylon_bi.issue_tags ORDER BY 1, 2'),
    ).toEqual([
      { n: 1, tag: 'a' },
      { n: 1, tag: 'b' },
      { n: 3, tag: 'a' },
    ]);
    expect(await rowsOf(database, 'SELECT account_name, tag FROM pylon_bi.account_tags ORDER BY 2')).toEqual([
      { account_name: 'Acme', tag: 'eu' },
      { account_name: 'Acme', tag: 'vip' },
    ]);
    expect(
      await rowsOf(database, 'SELECT domain, is_primary FROM pylon_bi.account_domains ORDER BY 1'),
    ).toEqual([
      { domain: 'acme.example', is_primary: true },
      { domain: 'acme.org', is_primary: false },
    ]);
    expect(await rowsOf(database, 'SELECT external_id, label FROM pylon_bi.account_external_ids')).toEqual([
      { external_id: '42', label: 'crm' },
    ]);
    expect(
      await rowsOf(
        database,
        'SELECT channel_id, channel_name, source, is_primary, is_internal FROM pylon_bi.account_channels',
      ),
    ).toEqual([
      { channel_id: 'C1', channel_name: 'acme', source: 'slack', is_primary: true, is_internal: null },
    ]);
    expect(
      await rowsOf(database, 'SELECT team_name, user_name FROM pylon_bi.team_members ORDER BY 2'),
    ).toEqual([
      { team_name: 'Support', user_name: 'Ann' },
      { team_name: 'Support', user_name: 'Ben' },
    ]);
    expect(
      await rowsOf(database, 'SELECT score::float, comment FROM pylon_bi.csat_responses ORDER BY 1'),
    ).toEqual([
      { score: 2, comment: null },
      { score: 5, comment: 'fine' },
      { score: null, comment: null },
    ]);
  });

  test('the time in the present state runs on', async ({ database }) => {
    await asDaemon(
      database.pool,
      `${PEOPLE} INSERT INTO pylon.issues (id, number, state, resolution_time, time_in_status_seconds, business_hours_time_in_status_seconds, _synced_at)
       VALUES ('i1', 1, 'qa', NULL, '{"new": 60, "qa": 100}', '{"qa": 50}', now() - interval '1 hour'),
              ('i2', 2, 'closed', now(), '{"new": 60, "closed": 5}', NULL, now() - interval '1 hour')`,
    );
    expect(
      await rowsOf(
        database,
        `SELECT issue_number::int AS n, state, state_label, time_seconds::int AS s, business_hours_seconds::int AS b, is_current
           FROM pylon_bi.issue_time_in_status ORDER BY 1, 2`,
      ),
    ).toEqual([
      { n: 1, state: 'new', state_label: 'New', s: 60, b: null, is_current: false },
      { n: 1, state: 'qa', state_label: 'In QA', s: 3_700, b: 50, is_current: true },
      { n: 2, state: 'closed', state_label: 'closed', s: 5, b: null, is_current: false },
      { n: 2, state: 'new', state_label: 'New', s: 60, b: null, is_current: false },
    ]);
  });

  test('messages say who wrote them, and what, as text', async ({ database }) => {
    await asDaemon(
      database.pool,
      `${ISSUES} INSERT INTO pylon.contacts (id, name) VALUES ('c1', 'Cleo');
       INSERT INTO pylon.issue_messages (id, issue_id, author_user_id, author_contact_id, author_name, message_html)
       VALUES ('m1', 'i1', NULL, 'c1', 'Cleo', '<style>p {}</style><p>Hello &amp; <b>good&nbsp;day</b></p><p>2 &lt; 3<br/>&amp;lt;</p>'),
              ('m2', 'i1', 'u1', NULL, 'Ann', 'plain'), ('m3', 'i1', NULL, NULL, 'Bot', NULL)`,
    );
    expect(
      await rowsOf(
        database,
        'SELECT author_kind, author_name, issue_number::int AS n, account_id, message_text FROM pylon_bi.messages ORDER BY id',
      ),
    ).toEqual([
      {
        author_kind: 'contact',
        author_name: 'Cleo',
        n: 1,
        account_id: 'a1',
        message_text: 'Hello & good day\n2 < 3\n&lt;',
      },
      { author_kind: 'user', author_name: 'Ann', n: 1, account_id: 'a1', message_text: 'plain' },
      { author_kind: 'unknown', author_name: 'Bot', n: 1, account_id: 'a1', message_text: null },
    ]);
  });
});

test('freshness tells what the daemon noted', async ({ database }) => {
  await asDaemon(
    database.pool,
    `INSERT INTO pylon_sync.runs (resource, kind, started_at, finished_at, outcome, rows_drifted, token)
     VALUES ('issues', 'backfill', now() - interval '2 hours', now(), 'done', 0, 1),
            ('issues', 'reconcile', now() - interval '1 hour', now(), 'done', 3, 1),
            ('issues', 'changes', now() - interval '10 seconds', now(), 'done', 0, 1),
            ('issues', 'changes', now(), NULL, 'running', 0, 1),
            ('issue_messages', 'backfill', now() - interval '2 hours', now(), 'done', 0, 1),
            ('users', 'lists', now(), now(), 'failed', 0, 1);
     INSERT INTO pylon_sync.audits (resource, day, sampled, differed, drifted) VALUES ('issues', current_date, 9, 1, 1);
     INSERT INTO pylon.issues (id) VALUES ('i1'), ('i2'); UPDATE pylon.issues SET _deleted_at = now() WHERE id = 'i2'`,
  );
  const rows = await rowsOf(
    database,
    `SELECT resource, round(lag_seconds, -1)::int AS lag, round(extract(epoch FROM now() - last_complete_pass_at), -1)::int AS whole,
            live_rows::int, drifted_rows::int, audited_rows::int, audited_drift::int, synced_until < now() AS bounded
       FROM pylon_bi.freshness WHERE resource IN ('issues', 'issue_messages', 'users') ORDER BY 1`,
  );
  expect(rows).toEqual([
    // Read when its issues change, it is as fresh as they are.
    {
      resource: 'issue_messages',
      lag: 10,
      whole: 7_200,
      live_rows: 0,
      drifted_rows: null,
      audited_rows: null,
      audited_drift: null,
      bounded: true,
    },
    {
      resource: 'issues',
      lag: 10,
      whole: 3_600,
      live_rows: 1,
      drifted_rows: 3,
      audited_rows: 9,
      audited_drift: 1,
      bounded: true,
    },
    {
      resource: 'users',
      lag: null,
      whole: null,
      live_rows: 0,
      drifted_rows: null,
      audited_rows: null,
      audited_drift: null,
      bounded: true,
    },
  ]);
});

test('freshness is what all passes make, whatever they were', async ({ database }) => {
  const some = (values: readonly string[], seed: number) =>
    `('{${values.join(',')}}'::text[])[1 + abs(hashint8extended(n, ${seed}) % ${values.length})]`;
  await database.pool.query(
    `INSERT INTO pylon_sync.runs (resource, kind, started_at, finished_at, outcome, rows_drifted, token)
     SELECT resource, kind, at, CASE WHEN outcome <> 'running' THEN at + interval '1 minute' END, outcome, n, 1
       FROM generate_series(1, 400) AS n,
            LATERAL (SELECT ${some(['issues', 'issue_messages', 'issue_followers', 'accounts', 'account_relationships', 'users'], 1)} AS resource,
                            ${some(['backfill', 'changes', 'lists', 'reconcile', 'resweep', 'reread'], 3)} AS kind,
                            ${some(['done', 'failed', 'running', 'unavailable', 'interrupted'], 5)} AS outcome,
                            now() - hashint8extended(n, 7) % 1000000 * interval '1 second' AS at) AS run`,
  );
  const began = (resource: string, kinds: string) =>
    `(SELECT max(started_at) FROM pylon_sync.runs WHERE resource = ${resource} AND outcome = 'done' AND kind IN (${kinds}))`;
  const whole = "'backfill', 'lists', 'reconcile'";
  const plain = `
    SELECT resource, whole AS last_complete_pass_at,
           CASE WHEN whole IS NOT NULL THEN greatest(whole, ${began('of.resource', "'changes'")}, ${began('of.parent', `${whole}, 'changes'`)}) END AS fresh_as_of,
           (SELECT rows_drifted FROM pylon_sync.runs WHERE resource = of.resource AND kind = 'reconcile' AND finished_at IS NOT NULL ORDER BY id DESC LIMIT 1) AS drifted_rows
      FROM (VALUES ${resources
        .map(({ name, pull }) => [
          name,
          pull.by === 'parent' && pull.mark !== undefined ? `'${pull.parent}'` : 'NULL',
        ])
        .map(([name, parent]) => `('${name}', ${parent})`)
        .join(
          ', ',
        )}) AS of(resource, parent), LATERAL (SELECT ${began('of.resource', whole)} AS whole) AS read`;
  const shown = 'SELECT resource, last_complete_pass_at, fresh_as_of, drifted_rows FROM pylon_bi.freshness';
  const rows = await rowsOf(database, `${shown} ORDER BY 1`);
  expect(rows.filter(({ fresh_as_of }) => fresh_as_of !== null).length).toBeGreaterThan(3);
  expect(rows).toEqual(await rowsOf(database, `${plain} ORDER BY 1`));
});

test('freshness reads a few entries of an index, however many passes there were', async ({ database }) => {
  await database.pool.query(
    `INSERT INTO pylon_sync.runs (resource, kind, started_at, finished_at, outcome, token)
     SELECT 'issues', CASE WHEN n % 1000 = 0 THEN 'lists' ELSE 'changes' END, now() - n * interval '1 minute', now() - n * interval '1 minute', 'done', 1
       FROM generate_series(1, 5000) AS n`,
  );
  await database.pool.query('VACUUM ANALYZE pylon_sync.runs');
  const client = await database.pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT lag_seconds FROM pylon_bi.freshness');
    const { rows } = await client.query(
      "SELECT seq_tup_read::int + idx_tup_fetch::int AS rows FROM pg_stat_xact_user_tables WHERE relid = 'pylon_sync.runs'::regclass",
    );
    expect(rows[0].rows).toBeLessThan(100);
  } finally {
    client.release(true);
  }
});

test('synced_until stays below what a transaction has written and not committed', async ({ database }) => {
  // As if what a statement may take to lock its table were over.
  await database.pool.query(syncedUntil(0));
  const until = async () => (await rowsOf(database, 'SELECT pylon_bi.synced_until() AS at'))[0]?.at as Date;
  const client = await database.pool.connect();
  await client.query("BEGIN; SELECT set_config('pylon_sync.daemon', 'on', true)");
  const { rows } = await client.query<{ _synced_at: Date }>(
    "INSERT INTO pylon.teams (id, name) VALUES ('t', 'x') RETURNING _synced_at",
  );
  const written = rows[0]?._synced_at as Date;
  expect((await until()).getTime()).toBeLessThanOrEqual(written.getTime());
  await client.query('COMMIT');
  client.release();
  expect((await until()).getTime()).toBeGreaterThan(written.getTime());
});
