import { BY_PRIORITY, OTHERS } from '../../resources/issues/backlog.ts';
import {
  ENDED,
  IS_CLOSED,
  IS_OPEN,
  isClosedState,
  isOpen,
  isOpenByIndex,
  LASTED,
  SOON_DAYS,
  SPAN,
  SPANS,
} from '../../resources/issues/ended.ts';
import { LONG, RATED, SHORT } from '../../resources/issues/rated.ts';
import { column, duration, numberIn } from '../../resources/views.ts';
import { REOPENINGS } from './history.ts';
import type { View } from './view.ts';

/** SQL: the seconds between two times of an issue. Pylon's own number is preferred if there is one. */
const between = (given: string, end: string) =>
  `coalesce(r.${given}, extract(epoch FROM r.${end} - r.created_at))`;

/** SQL: whether something was done, or the issue ended without it, after it was due; of an open issue, whether it is due by now. */
const breached = (done: string, due: string) =>
  `CASE WHEN r.${due} IS NULL THEN NULL
     ELSE coalesce(r.${done}, least(r.resolution_time, CASE WHEN ${isClosedState('r.state')} THEN coalesce(r.updated_at, r.created_at) END, now())) > r.${due} END`;

const PRIORITY = "r.custom_fields ->> 'priority'";
const OPEN = isOpen('r');

const NAMES = {
  account_name: column('account.name', 'What the account is called.'),
  team_name: column('team.name', 'What the team is called.'),
  assignee_name: column('assignee.name', 'Name of that user.'),
};

const issueMetrics: View = {
  name: 'issue_metrics',
  comment: 'Metrics of each issue: answers, resolution, effort and SLAs, one row per issue.',
  from: `FROM pylon.issues AS r
    LEFT JOIN pylon.accounts AS account ON account.id = r.account_id
    LEFT JOIN pylon.teams AS team ON team.id = r.team_id
    LEFT JOIN pylon.users AS assignee ON assignee.id = r.assignee_id
    WHERE r._deleted_at IS NULL`,
  columns: {
    issue_id: column('r.id', 'The issue: issues.id.'),
    number: column('r.number', 'The number that people see.'),
    created_at: column('r.created_at', 'When it was created.'),
    state: column('r.state', 'The state, as in issues.state.'),
    is_open: column(`(${OPEN})`, 'Whether it is neither resolved nor closed, as issues.is_open.'),
    source: column('r.source', 'Where it came from: slack, email and so on.'),
    priority: column(PRIORITY, 'Its priority.'),
    account_id: column('r.account_id', 'The account: accounts.id.'),
    account_name: NAMES.account_name,
    team_id: column('r.team_id', 'The team: teams.id.'),
    team_name: NAMES.team_name,
    assignee_id: column('r.assignee_id', 'The user who works on it: users.id.'),
    assignee_name: NAMES.assignee_name,
    first_response_time: column('r.first_response_time', 'When your side first answered; null before that.'),
    ...duration(
      'first_response',
      between('first_response_seconds', 'first_response_time'),
      'From creation to the first answer',
    ),
    ...duration(
      'business_hours_first_response',
      'r.business_hours_first_response_seconds',
      'From creation to the first answer, business hours only',
    ),
    resolution_time: column('r.resolution_time', 'When it was resolved; null while it is open.'),
    ...duration(
      'resolution',
      between('resolution_seconds', 'resolution_time'),
      'From creation to resolution',
    ),
    ...duration(
      'business_hours_resolution',
      'r.business_hours_resolution_seconds',
      'From creation to resolution, business hours only',
    ),
    ...duration('active_time', 'r.active_time_seconds', 'Time that users spent on it, as of synced_at'),
    touches: column('r.number_of_touches', 'How many times your side answered.'),
    first_response_breached: column(
      breached('first_response_time', 'first_response_breach_time'),
      'Whether the first answer was, or already is, later than its SLA allows; of an issue that ended without one, whether it ended later. Null if Pylon has no time for it.',
    ),
    resolution_breached: column(
      breached('resolution_time', 'resolution_breach_time'),
      'Whether the resolution was, or already is, later than its SLA allows; a closed issue without a resolution time ended when it was last changed. Null if Pylon has no time for it.',
    ),
    ...duration(
      'age',
      `CASE WHEN ${OPEN} THEN extract(epoch FROM now() - r.created_at) END`,
      'Age of an open issue; null if it is not open',
    ),
    synced_at: column('r._synced_at', 'When the content of the issue last changed here.'),
    reopenings: column(
      REOPENINGS,
      'How many times the mirror saw it leave the closed states, within the last PYLON_SYNC_RETENTION_DAYS.',
    ),
  },
};

/** Earlier times are ignored: Pylon sends the year 1 for a missing time, and the calendar would begin there. */
const FIRST = "'2000-01-01T00:00:00Z'";

/** Days that `daily_backlog` counts together: it counts an issue once for each of these blocks that it was open in. */
const BLOCK = 7;

/** SQL: one value for each day of a block, by its place from 0 on. */
const eachDay = (value: (day: number) => string) =>
  `ARRAY[${Array.from({ length: BLOCK }, (_, day) => value(day)).join(', ')}]`;

/** SQL: how many of the issues of a block were created, or had ended, by the end of one of its days; -1 is the day before. */
const createdBy = (day: number) => `coalesce(sum(issues) FILTER (WHERE created_at < blocks.at${day + 1}), 0)`;
const endedBy = (day: number) =>
  day < 0 ? '0' : `coalesce(sum(issues) FILTER (WHERE ended < blocks.at${day + 1}), 0)`;

/** SQL: the issues of all priorities, by one SELECT for each priority, since each has an index of its own. */
const ofAllPriorities = (select: (priority: string) => string, where: string) =>
  [...BY_PRIORITY, OTHERS]
    .map(
      ({ priority, belongs }) =>
        `SELECT ${select(priority)} FROM pylon.issues WHERE _deleted_at IS NULL AND ${belongs} AND ${where}`,
    )
    .join('\n          UNION ALL ');

/**
 * For each day and combination of dimensions: the issues open at its end, created and resolved.
 *
 * A condition on the day, as people put it on the view, must bound what is read. So each block of days has its list of days, which
 * the condition empties or not, joined to a CTE that counts the block: Postgres runs it when it first meets one of the days.
 */
const dailyBacklog: View = {
  name: 'daily_backlog',
  comment:
    'Issues by day (UTC), team, assignee, priority and source: new, solved, and open at the end of the day; days before the first mirrored issue are missing. Team, assignee and priority are those of today, since Pylon does not say what they were on the day. A reopened issue counts as solved only on the day when it was last resolved. A closed issue that Pylon gives no resolution time, such as an imported one, ends when it was last changed: a later change, such as a tag, moves its end, and it counts as open on the days before. A state of your own counts as closed here only with a resolution time.',
  // Blocks go back from today, so that the last days are in few of them. Issues that are open now are read once, for all blocks.
  from: `FROM (WITH lasting AS MATERIALIZED (
        SELECT team_id, assignee_id, priority, source, since, count(*)::integer AS begun,
               (sum(count(*)) OVER days)::integer AS open, coalesce(lead(since) OVER days, 'infinity') AS until
          FROM (${ofAllPriorities((priority) => `team_id, assignee_id, ${priority} AS priority, source, date_trunc('day', created_at, 'UTC') AS since`, IS_OPEN)}) AS one
         GROUP BY 1, 2, 3, 4, 5
        WINDOW days AS (PARTITION BY team_id, assignee_id, priority, source ORDER BY since))
      SELECT counted.*
        FROM (SELECT block::date AS block, first::date AS first,
                     ${Array.from({ length: BLOCK + 1 }, (_, day) => `(block + interval '${day} days') AT TIME ZONE 'UTC' AS at${day}`).join(', ')}
                FROM (SELECT date_trunc('day', min(created_at) AT TIME ZONE 'UTC') AS first FROM pylon.issues
                       WHERE _deleted_at IS NULL AND created_at >= ${FIRST}) AS began
               CROSS JOIN LATERAL generate_series(date_trunc('day', now() AT TIME ZONE 'UTC') - interval '${BLOCK - 1} days',
                                                  first - interval '${BLOCK - 1} days', interval '-${BLOCK} days') AS block
               -- Every block meets this. With it Postgres expects the blocks of some two years; without it so many that it would compile the query.
               WHERE block > first - interval '${BLOCK} days' AND block + interval '${BLOCK} days' > first OFFSET 0) AS blocks
        CROSS JOIN LATERAL (
          WITH summed AS MATERIALIZED (
            SELECT team_id, assignee_id, priority, source,
                   ${eachDay((day) => `${createdBy(day)} - ${createdBy(day - 1)}`)} AS new,
                   ${eachDay((day) => `${endedBy(day)} - ${endedBy(day - 1)}`)} AS solved,
                   ${eachDay((day) => `${createdBy(day)} - ${endedBy(day)}`)} AS open
              -- Closed issues of the block, and those that were open when it began: of which most ended soon, others lasted, or last until now.
              -- What ended on a day before it began was never there.
              -- The columns stand in the order in which the sums take them: each branch then needs no step that puts them into another.
              FROM (${ofAllPriorities(
                (priority) =>
                  `team_id, assignee_id, ${priority} AS priority, source, 1 AS issues, created_at, ${ENDED} AS ended`,
                `${IS_CLOSED} AND created_at >= blocks.at0 - interval '${SOON_DAYS * 24} hours' AND created_at < blocks.at${BLOCK}
                   AND ${ENDED} >= blocks.at0 AND (created_at >= blocks.at0 OR NOT ${LASTED})
                   AND (${ENDED} >= created_at OR ${ENDED} >= date_trunc('day', created_at, 'UTC'))`,
              )}
                     UNION ALL
                    SELECT longer.*
                      FROM (VALUES ${SPANS.map((days) => `(${days})`).join(', ')}) AS span(days)
                     CROSS JOIN LATERAL (
                       SELECT team_id, assignee_id, custom_fields ->> 'priority', source, 1, '-infinity'::timestamptz, ${ENDED}
                         FROM pylon.issues
                        WHERE _deleted_at IS NULL AND ${LASTED}
                          -- The sum hides the column from its index: under row security Postgres does not search by spans, and would read
                          -- all that is older, for each span.
                          AND created_at + interval '0' < blocks.at0
                          -- An issue that was open for less than so many days has ended within them.
                          AND ${SPAN} = span.days AND ${ENDED} >= blocks.at0
                          -- OFFSET 0: so that each span is looked for in the index.
                          AND ${ENDED} < blocks.at0 + span.days * interval '24 hours' AND ${ENDED} < 'infinity' OFFSET 0) AS longer
                     UNION ALL
                    SELECT team_id, assignee_id, priority, source, CASE WHEN since < blocks.at0 THEN open ELSE begun END, since, 'infinity'
                      FROM lasting WHERE since < blocks.at${BLOCK} AND until >= blocks.at0) AS one
             GROUP BY 1, 2, 3, 4)
          SELECT blocks.block + place.day AS day, one.*
            FROM generate_series(0, ${BLOCK - 1}) AS place(day)
           CROSS JOIN LATERAL (
             SELECT team_id, assignee_id, priority, source, new[1 + place.day] AS new, solved[1 + place.day] AS solved, open[1 + place.day] AS open
               FROM summed WHERE open[1 + place.day] > 0 OR solved[1 + place.day] > 0 OFFSET 0) AS one
           WHERE blocks.block + place.day >= blocks.first) AS counted) AS r
    LEFT JOIN pylon.teams AS team ON team.id = r.team_id
    LEFT JOIN pylon.users AS assignee ON assignee.id = r.assignee_id`,
  columns: {
    day: column('r.day', 'The day, in UTC.'),
    team_id: column('r.team_id', 'The team: teams.id.'),
    team_name: NAMES.team_name,
    assignee_id: column('r.assignee_id', 'The user: users.id.'),
    assignee_name: NAMES.assignee_name,
    priority: column('r.priority', 'The priority.'),
    source: column('r.source', 'Where the issues came from.'),
    open: column('r.open', 'Issues that were not resolved at the end of the day.'),
    new: column('r.new', 'Issues that were created on the day.'),
    solved: column(
      'r.solved',
      'Issues that were resolved on the day; closed ones without a resolution time, that were last changed on it.',
    ),
  },
};

const teamWorkload: View = {
  name: 'team_workload',
  comment: 'Open issues now, by team and assignee.',
  from: `FROM (SELECT r.team_id, r.assignee_id, count(*) AS open,
                 count(*) FILTER (WHERE r.state = 'new') AS untouched,
                 count(*) FILTER (WHERE r.state = 'waiting_on_you') AS waiting_on_you,
                 count(*) FILTER (WHERE r.first_response_time IS NULL) AS unanswered,
                 count(*) FILTER (WHERE r.snoozed_until_time > now()) AS snoozed,
                 count(*) FILTER (WHERE r.resolution_breach_time < now()
                                     OR (r.first_response_time IS NULL AND r.first_response_breach_time < now())) AS breached,
                 min(r.created_at) AS oldest_created_at
            FROM pylon.issues AS r
           WHERE r._deleted_at IS NULL AND ${OPEN}
           GROUP BY 1, 2) AS r
    LEFT JOIN pylon.teams AS team ON team.id = r.team_id
    LEFT JOIN pylon.users AS assignee ON assignee.id = r.assignee_id`,
  columns: {
    team_id: column('r.team_id', 'The team: teams.id; null for issues without one.'),
    team_name: NAMES.team_name,
    assignee_id: column('r.assignee_id', 'The user: users.id; null for issues without an assignee.'),
    assignee_name: NAMES.assignee_name,
    open_issues: column('r.open', 'Issues that are neither resolved nor closed.'),
    new_issues: column('r.untouched', 'Of these, in state new.'),
    waiting_on_you: column('r.waiting_on_you', 'Of these, in state waiting_on_you.'),
    unanswered: column('r.unanswered', 'Of these, without a first answer.'),
    snoozed: column('r.snoozed', 'Of these, snoozed until a later time.'),
    breached: column(
      'r.breached',
      'Of these, waiting now for an answer or resolution that is overdue. Those that were answered late are not among them.',
    ),
    oldest_created_at: column('r.oldest_created_at', 'When the oldest of them was created.'),
  },
};

const SCORE = numberIn("(one -> 'score')", '1e20');

const accountHealth: View = {
  name: 'account_health',
  comment: 'The state of each account: issues, answers, ratings and last activity, one row per account.',
  // Each subquery has an index of its own, from which it is answered without a row: but for ratings at length, which no
  // index can have.
  // LEFT JOIN: so that one whose columns nobody asks for is not run.
  from: `FROM pylon.accounts AS r
    LEFT JOIN pylon.users AS owner ON owner.id = r.owner_id
    LEFT JOIN LATERAL (
      SELECT count(*) AS issues,
             count(*) FILTER (WHERE i.created_at >= (SELECT now() - interval '30 days')) AS last_30_days,
             count(*) FILTER (WHERE i.created_at >= (SELECT now() - interval '90 days')) AS last_90_days,
             percentile_cont(0.5) WITHIN GROUP (ORDER BY i.first_response_seconds) AS first_response,
             percentile_cont(0.5) WITHIN GROUP (ORDER BY i.resolution_seconds) AS resolution,
             max(i.latest_message_time) AS latest_message
        FROM pylon.issues AS i WHERE i.account_id = r.id AND i._deleted_at IS NULL) AS had ON true
    LEFT JOIN LATERAL (
      SELECT count(*) AS issues FROM pylon.issues AS i
       WHERE i.account_id = r.id AND i._deleted_at IS NULL AND ${isOpenByIndex('i')}) AS open ON true
    LEFT JOIN LATERAL (
      SELECT count(score) AS ratings, sum(score) / nullif(count(score), 0) AS score
        -- OFFSET 0: so that each score is worked out once.
        FROM (SELECT ${SCORE} AS score
                FROM (${[SHORT, LONG].map((size) => `SELECT csat_responses FROM pylon.issues WHERE account_id = r.id AND _deleted_at IS NULL AND ${RATED} AND ${size}`).join('\n                       UNION ALL ')}) AS i
               CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(i.csat_responses) WHEN 'array' THEN i.csat_responses END) AS one
              OFFSET 0) AS given) AS rated ON true
    WHERE r._deleted_at IS NULL`,
  columns: {
    account_id: column('r.id', 'The account: accounts.id.'),
    account_name: column('r.name', 'What the account is called.'),
    type: column('r.type', 'Its kind: customer, partner and so on.'),
    owner_id: column('r.owner_id', 'The owner of the account: users.id.'),
    owner_name: column('owner.name', 'Name of that user.'),
    issues: column('had.issues', 'Issues of the account, ever.'),
    open_issues: column(
      'open.issues',
      'Of these, neither resolved nor closed, except that a state of your own counts as closed only with a resolution time.',
    ),
    issues_last_30_days: column('had.last_30_days', 'Of these, created in the last 30 days.'),
    issues_last_90_days: column('had.last_90_days', 'Of these, created in the last 90 days.'),
    ...duration(
      'median_first_response',
      'had.first_response',
      'Median from creation to the first answer, over issues with a figure of Pylon; issue_metrics has those of all issues',
    ),
    ...duration(
      'median_resolution',
      'had.resolution',
      'Median from creation to resolution, over issues with a figure of Pylon; issue_metrics has those of all issues',
    ),
    csat_responses: column('rated.ratings', 'Ratings that were given, with a score.'),
    csat_score: column('round(rated.score, 2)', 'Mean of these, from 1 (worst) to 5 (best).'),
    last_activity_at: column(
      'greatest(had.latest_message, r.latest_customer_activity_time)',
      'When the last message was written, or the customer was last active.',
    ),
  },
};

const csatSummary: View = {
  name: 'csat_summary',
  comment: 'Ratings by month in which the issue was created (UTC), team and assignee.',
  from: `FROM (SELECT date_trunc('month', i.created_at AT TIME ZONE 'UTC')::date AS month, i.team_id, i.assignee_id,
                 count(*) AS responses, sum(score) AS score_sum, avg(score) AS score, count(*) FILTER (WHERE score >= 4) AS satisfied
            FROM pylon.issues AS i
           CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(i.csat_responses) WHEN 'array' THEN i.csat_responses END) AS one
           CROSS JOIN LATERAL (SELECT ${SCORE}) AS given(score)
           WHERE i._deleted_at IS NULL AND i.csat_responses <> '[]' AND score IS NOT NULL
           GROUP BY 1, 2, 3) AS r
    LEFT JOIN pylon.teams AS team ON team.id = r.team_id
    LEFT JOIN pylon.users AS assignee ON assignee.id = r.assignee_id`,
  columns: {
    month: column('r.month', 'First day of the month.'),
    team_id: column('r.team_id', 'The team: teams.id.'),
    team_name: NAMES.team_name,
    assignee_id: column('r.assignee_id', 'The user: users.id.'),
    assignee_name: NAMES.assignee_name,
    responses: column('r.responses', 'Ratings that were given, with a score.'),
    score: column('round(r.score, 2)', 'Mean rating, from 1 (worst) to 5 (best).'),
    satisfied: column('r.satisfied', 'Ratings of 4 or 5.'),
    satisfied_percent: column(
      'round(100.0 * r.satisfied / r.responses, 1)',
      'Their share of all, in percent.',
    ),
    score_sum: column(
      'r.score_sum',
      'Sum of the ratings: for the mean of several rows, sum(score_sum) / sum(responses), since score is rounded.',
    ),
  },
};

const coverage: View = {
  name: 'knowledge_base_coverage',
  comment: 'The contents of each knowledge base and how recent they are, one row per knowledge base.',
  from: `FROM pylon.knowledge_bases AS r
    CROSS JOIN LATERAL (
      SELECT count(*) AS articles, count(*) FILTER (WHERE a.is_published) AS published,
             count(*) FILTER (WHERE a.is_published AND a.is_unlisted) AS unlisted,
             count(*) FILTER (WHERE a.is_published AND a.current_draft_content_html IS NOT NULL
                                    AND a.current_draft_content_html IS DISTINCT FROM a.current_published_content_html) AS with_changes,
             count(*) FILTER (WHERE a.is_published AND coalesce(a.last_published_at, a.created_at) < now() - interval '180 days') AS stale,
             count(*) FILTER (WHERE a.collection_id IS NULL) AS unfiled, max(a.last_published_at) AS last_published
        FROM pylon.articles AS a WHERE a.knowledge_base_id = r.id AND a._deleted_at IS NULL) AS counted
    CROSS JOIN LATERAL (
      SELECT count(*) AS collections FROM pylon.collections AS c
       WHERE c.knowledge_base_id = r.id AND c._deleted_at IS NULL) AS filed
    CROSS JOIN LATERAL (
      SELECT count(*) AS translations, count(*) FILTER (WHERE t.is_published) AS published
        FROM pylon.article_translations AS t WHERE t.knowledge_base_id = r.id AND t._deleted_at IS NULL) AS translated
    WHERE r._deleted_at IS NULL`,
  columns: {
    knowledge_base_id: column('r.id', 'The knowledge base: knowledge_bases.id.'),
    title: column('r.title', 'What it is called.'),
    collections: column('filed.collections', 'Folders.'),
    articles: column('counted.articles', 'Articles, published or not.'),
    published_articles: column('counted.published', 'Of these, published.'),
    unlisted_articles: column('counted.unlisted', 'Of the published, those that lists leave out.'),
    articles_with_unpublished_changes: column(
      'counted.with_changes',
      'Of the published, those with a draft that differs.',
    ),
    stale_articles: column('counted.stale', 'Of the published, those last published more than 180 days ago.'),
    articles_without_collection: column('counted.unfiled', 'Articles in no folder.'),
    translations: column('translated.translations', 'Translations into further languages.'),
    published_translations: column('translated.published', 'Of these, published.'),
    last_published_at: column('counted.last_published', 'When an article was last published.'),
  },
};

/** The views of metrics. */
export const metricViews: readonly View[] = [
  issueMetrics,
  dailyBacklog,
  teamWorkload,
  accountHealth,
  csatSummary,
  coverage,
];
