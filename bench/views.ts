import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { installViews } from '../src/db/bi/install.ts';
import { type Asked, askPort } from './port.ts';
import type { BenchServer } from './postgres.ts';
import { median } from './share.ts';

/** What an analyst asks first of a view, and how long the answer takes. */
export interface ViewFigure {
  readonly view: string;
  readonly question: string;
  /** It goes over everything there is, or much of it: told, and no aim. */
  readonly isWhole: boolean;
  /** Milliseconds, planning included: the median of a few. */
  readonly ms: number;
  /** Indexes that the plan used. */
  readonly indexes: readonly string[];
}

export interface ViewFigures {
  readonly issues: number;
  readonly messages: number;
  readonly accounts: number;
  readonly contacts: number;
  readonly figures: readonly ViewFigure[];
  /** The page of reports of the longest period. */
  readonly reports: Asked;
}

const ISSUES = 200_000;
const ROUNDS = 5;

/** How much there is of each, for so many issues. */
const amountsOf = (issues: number) => ({
  issues,
  messages: 3 * issues,
  accounts: Math.round(issues * 0.0045),
  contacts: Math.round(issues / 10),
});

const MONTH =
  "created_at >= date_trunc('month', now() - interval '1 month') AND created_at < date_trunc('month', now())";
const ACCOUNT = "'a17'";

/** One or more questions of each view that is more than its table. */
const questionsOf = (
  issues: number,
): readonly (readonly [view: string, question: string, query: string])[] => [
  ['issues', 'a month by team', `SELECT team_name, count(*) FROM pylon_bi.issues WHERE ${MONTH} GROUP BY 1`],
  [
    'issues',
    "one account's history",
    `SELECT number, title, state_label, assignee_name FROM pylon_bi.issues WHERE account_id = ${ACCOUNT} ORDER BY created_at DESC`,
  ],
  [
    'issues',
    'open ones by a custom field',
    `SELECT cf_tier, count(*) FROM pylon_bi.issues WHERE is_open GROUP BY 1`,
  ],
  ['issues', 'one by its number', 'SELECT title, body_text FROM pylon_bi.issues WHERE number = 4711'],
  ['accounts', 'by owner', 'SELECT owner_name, count(*) FROM pylon_bi.accounts GROUP BY 1'],
  ['contacts', 'of one account', `SELECT name, email FROM pylon_bi.contacts WHERE account_id = ${ACCOUNT}`],
  [
    'messages',
    'of one issue',
    "SELECT timestamp, author_name, message_text FROM pylon_bi.messages WHERE issue_id = 'i4711' ORDER BY 1",
  ],
  [
    'messages',
    'a week by author',
    "SELECT author_kind, count(*) FROM pylon_bi.messages WHERE timestamp >= now() - interval '7 days' GROUP BY 1",
  ],
  [
    'issue_metrics',
    'first answer, a month by team',
    `SELECT team_name, percentile_cont(0.5) WITHIN GROUP (ORDER BY first_response_hours) FROM pylon_bi.issue_metrics WHERE ${MONTH} GROUP BY 1`,
  ],
  [
    'issue_metrics',
    'open and too late',
    'SELECT number, account_name FROM pylon_bi.issue_metrics WHERE is_open AND (first_response_breached OR resolution_breached)',
  ],
  [
    'daily_backlog',
    "this week's",
    `SELECT day, sum(open), sum(new), sum(solved) FROM pylon_bi.daily_backlog WHERE day > (now() AT TIME ZONE 'UTC')::date - 7 GROUP BY 1 ORDER BY 1`,
  ],
  [
    'daily_backlog',
    'a month by team',
    `SELECT day, team_name, sum(open) FROM pylon_bi.daily_backlog WHERE day > (now() AT TIME ZONE 'UTC')::date - 30 GROUP BY 1, 2`,
  ],
  [
    'daily_backlog',
    'a year by month',
    `SELECT date_trunc('month', day), sum(new), sum(solved) FROM pylon_bi.daily_backlog WHERE day > (now() AT TIME ZONE 'UTC')::date - 365 GROUP BY 1`,
  ],
  ['team_workload', 'now', 'SELECT * FROM pylon_bi.team_workload ORDER BY open_issues DESC'],
  ['account_health', 'one account', `SELECT * FROM pylon_bi.account_health WHERE account_id = ${ACCOUNT}`],
  ['account_health', 'all accounts', 'SELECT * FROM pylon_bi.account_health'],
  [
    'csat_summary',
    'by month',
    'SELECT month, sum(responses), sum(score_sum) / sum(responses) FROM pylon_bi.csat_summary GROUP BY 1 ORDER BY 1',
  ],
  [
    'csat_responses',
    'the worst of a month',
    `SELECT score, comment FROM pylon_bi.csat_responses WHERE score <= 2 AND issue_${MONTH.replaceAll(' AND created_at', ' AND issue_created_at')}`,
  ],
  [
    'issue_tags',
    'a month by tag',
    `SELECT tag, count(*) FROM pylon_bi.issue_tags WHERE issue_${MONTH.replaceAll(' AND created_at', ' AND issue_created_at')} GROUP BY 1`,
  ],
  [
    'issue_time_in_status',
    'of one account',
    `SELECT state_label, avg(time_hours) FROM pylon_bi.issue_time_in_status WHERE issue_id IN (SELECT id FROM pylon.issues WHERE account_id = ${ACCOUNT}) GROUP BY 1`,
  ],
  [
    'issue_state_history',
    'of one issue',
    `SELECT state_label, entered_at, time_hours, changed_by FROM pylon_bi.issue_state_history WHERE issue_id = 'i${issues - 289}' ORDER BY place`,
  ],
  [
    'issue_state_history',
    'a month by state',
    `SELECT state, avg(time_hours) FROM pylon_bi.issue_state_history WHERE ${MONTH.replaceAll('created_at', 'entered_at')} GROUP BY 1`,
  ],
  [
    'issue_metrics',
    'reopened, a month by team',
    `SELECT team_name, count(*) FILTER (WHERE reopenings > 0) FROM pylon_bi.issue_metrics WHERE ${MONTH} GROUP BY 1`,
  ],
  [
    'field_changes',
    'of one account',
    `SELECT field, old_value, new_value, changed_by FROM pylon_bi.field_changes WHERE resource = 'accounts' AND record_id = ${ACCOUNT}`,
  ],
  [
    'field_changes',
    'a week by who',
    "SELECT changed_by, count(*) FROM pylon_bi.field_changes WHERE seen_at >= now() - interval '7 days' GROUP BY 1",
  ],
  ['issue_followers', 'of one issue', "SELECT * FROM pylon_bi.issue_followers WHERE issue_id = 'i4711'"],
  ['tasks', 'overdue', 'SELECT title, account_name FROM pylon_bi.tasks WHERE is_overdue'],
  ['knowledge_base_coverage', 'all', 'SELECT * FROM pylon_bi.knowledge_base_coverage'],
  ['freshness', 'lag of each table', 'SELECT resource, lag_seconds FROM pylon_bi.freshness'],
];

/** Questions over everything, or much of it. */
const WHOLE = new Set(['all accounts', 'a year by month']);

/** Days that the issues go back. */
const DAYS = 694;

/** Two years of a busy workspace: accounts, 40 users, 12 teams, most issues closed within days. */
function filling(size: number): string {
  const { issues, messages, accounts, contacts } = amountsOf(size);
  return `
  SELECT set_config('pylon_sync.daemon', 'on', true);
  INSERT INTO pylon.users (id, name) SELECT 'u' || n, 'User ' || n FROM generate_series(1, 40) AS n;
  INSERT INTO pylon.teams (id, name) SELECT 't' || n, 'Team ' || n FROM generate_series(1, 12) AS n;
  INSERT INTO pylon.accounts (id, name, owner_id, created_at)
  SELECT 'a' || n, 'Account ' || n, 'u' || 1 + n % 40, now() FROM generate_series(1, ${accounts}) AS n;
  INSERT INTO pylon.contacts (id, name, email, account_id)
  SELECT 'c' || n, 'Contact ' || n, 'c' || n || '@example.com', 'a' || 1 + n % ${accounts} FROM generate_series(1, ${contacts}) AS n;
  INSERT INTO pylon.issue_statuses (id, slug, label, category)
  VALUES ('new', 'new', 'New', 'new'), ('closed', 'closed', 'Closed', 'closed'), ('waiting_on_you', 'waiting_on_you', 'Waiting', 'waiting_on_you');
  INSERT INTO pylon.custom_fields (id, object_type, slug, label, type, select_metadata)
  VALUES ('f1', 'issue', 'tier', 'Tier', 'select', '{"options": [{"slug": "gold", "label": "Gold"}, {"slug": "free", "label": "Free"}]}');
  INSERT INTO pylon.issues (id, number, title, state, type, source, account_id, requester_id, assignee_id, team_id, tags, body_html,
                            custom_fields, created_at, updated_at, latest_message_time, first_response_time, first_response_seconds,
                            resolution_time, resolution_seconds, resolution_breach_time, number_of_touches, csat_responses, time_in_status_seconds)
  SELECT 'i' || n, n, 'Issue ' || n, CASE WHEN is_open THEN 'waiting_on_you' ELSE 'closed' END, 'conversation',
         (ARRAY['email', 'slack', 'chat_widget', 'form'])[1 + n % 4], 'a' || 1 + n % ${accounts}, 'c' || 1 + n % ${contacts}, 'u' || 1 + n % 40,
         't' || 1 + n % 12, CASE WHEN n % 3 = 0 THEN '{billing,urgent}'::text[] ELSE '{how-to}' END, repeat('<p>some text</p>', 40),
         jsonb_build_object('priority', (ARRAY['low', 'medium', 'high'])[1 + n % 3], 'tier', (ARRAY['gold', 'free'])[1 + n % 2]),
         made, made, made + interval '1 hour', made + interval '1 hour', 3600,
         CASE WHEN NOT is_open THEN made + n % 100 * interval '1 hour' END, CASE WHEN NOT is_open THEN n % 100 * 3600 END,
         CASE WHEN n % 50 = 0 THEN made + interval '2 days' END, 3,
         CASE WHEN n % 10 = 0 AND NOT is_open THEN jsonb_build_array(jsonb_build_object('score', 1 + n / 10 % 5)) END,
         '{"new": 60, "waiting_on_you": 3600}'
    FROM (SELECT n, now() - (${issues} - n) * interval '1 day' * ${DAYS} / ${issues} AS made, n % 60 = 0 OR n > ${issues} - 500 AS is_open
            FROM generate_series(1, ${issues}) AS n) AS made;
  INSERT INTO pylon.issue_messages (id, issue_id, timestamp, author_user_id, author_contact_id, author_name, message_html)
  SELECT 'm' || n, 'i' || 1 + n / 3, now() - (${messages} - n) * interval '1 day' * ${DAYS} / ${messages}, CASE WHEN n % 2 = 0 THEN 'u1' END,
         CASE WHEN n % 2 = 1 THEN 'c1' END, 'Somebody', repeat('<p>some text</p>', 20)
    FROM generate_series(0, ${messages} - 1) AS n;
  INSERT INTO pylon.issue_followers (id, issue_id, type, user_id)
  SELECT 'i' || n || ':user:u1', 'i' || n, 'user', 'u1' FROM generate_series(1, ${issues}, 4) AS n;
  INSERT INTO pylon.tasks (id, title, status, account_id, due_date)
  SELECT 'k' || n, 'Task ' || n, CASE WHEN n % 10 = 0 THEN 'in_progress' ELSE 'completed' END, 'a' || 1 + n % ${accounts}, now() - n * interval '1 hour'
    FROM generate_series(1, 5000) AS n;
  INSERT INTO pylon.knowledge_bases (id, title) VALUES ('kb', 'Help');
  INSERT INTO pylon.articles (id, knowledge_base_id, is_published, current_draft_content_html, last_published_at)
  SELECT 'p' || n, 'kb', true, repeat('<p>some text</p>', 100), now() FROM generate_series(1, 1000) AS n;
  INSERT INTO pylon_sync.changes (resource, record_id, field, old, new, seen_at, changed_at)
  SELECT 'issues', 'i' || n, CASE step WHEN 3 THEN 'assignee_id' ELSE 'state' END,
         (ARRAY['"new"', '"waiting_on_you"', '"u1"', '"closed"'])[step]::jsonb,
         (ARRAY['"waiting_on_you"', '"closed"', '"u2"', '"waiting_on_you"'])[step]::jsonb, at, at
    FROM generate_series(${issues} - ${Math.round(issues * 0.13)}, ${issues}) AS n, generate_series(1, 4) AS step,
         LATERAL (SELECT now() - (${issues} - n) * interval '1 day' * ${DAYS} / ${issues} + step * interval '1 minute') AS seen(at)
   WHERE step < 4 OR n % 10 = 0 ORDER BY at;
  INSERT INTO pylon_sync.changes (resource, record_id, field, old, new, seen_at)
  SELECT 'accounts', 'a' || 1 + n % ${accounts}, 'owner_id', '"u1"', '"u2"', now() - n * interval '1 hour'
    FROM generate_series(1, 2000) AS n;
  INSERT INTO pylon_sync.runs (resource, kind, started_at, finished_at, outcome, token, rows_inserted)
  SELECT resource, kind, at, at + interval '1 second', 'done', 1, 1
    FROM generate_series(1, 25000) AS n, LATERAL (SELECT now() - n * interval '1 minute' AS at) AS minute,
         unnest('{issues,accounts,contacts,tasks}'::text[]) AS resource,
         LATERAL (SELECT 'changes' AS kind UNION ALL SELECT 'reconcile' WHERE n % 1440 = 0) AS one
   ORDER BY at`;
}

interface Planned {
  readonly 'Index Name'?: string;
  readonly Plans?: readonly Planned[];
}

const indexesIn = (plan: Planned): readonly string[] => [
  ...(plan['Index Name'] === undefined ? [] : [plan['Index Name']]),
  ...(plan.Plans ?? []).flatMap(indexesIn),
];

/** Fills an empty database, and makes its views. */
export async function fill(pool: pg.Pool, issues: number): Promise<void> {
  await pool.query(filling(issues));
  const orm = drizzle({ client: pool });
  await installViews((work) => orm.transaction(work));
  await pool.query('VACUUM ANALYZE');
}

/** Asks a filled database, with `EXPLAIN (ANALYZE)`; each time is the median of so many rounds. */
export async function askViews(
  pool: pg.Pool,
  issues: number,
  rounds = ROUNDS,
): Promise<readonly ViewFigure[]> {
  const figures: ViewFigure[] = [];
  for (const [view, question, query] of questionsOf(issues)) {
    const times: number[] = [];
    let indexes: readonly string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const { rows } = await pool.query(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${query}`);
      const [{ Plan, ...took }] = rows[0]['QUERY PLAN'];
      times.push(took['Planning Time'] + took['Execution Time']);
      indexes = [...new Set(indexesIn(Plan))];
    }
    figures.push({ view, question, isWhole: WHOLE.has(question), ms: median(times), indexes });
  }
  return figures;
}

/** The longest period that the page of reports has. */
export const REPORTS = '/reports?days=90';

/** Measures views over many rows, and the page that is made of them. */
export async function measureViews(server: BenchServer): Promise<ViewFigures> {
  const database = await server.createDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 1 });
  try {
    await fill(pool, ISSUES);
    const figures = await askViews(pool, ISSUES);
    return { ...amountsOf(ISSUES), figures, reports: await askPort(database.url, REPORTS, ROUNDS) };
  } finally {
    await pool.end();
    await database.drop();
  }
}
