import { column, duration, elements, type ListView, numberIn, type OwnView, plainText } from '../views.ts';
import { isOpen } from './ended.ts';

const STATUS =
  "coalesce(status.category, CASE WHEN r.state IN ('new', 'waiting_on_you', 'waiting_on_customer', 'on_hold', 'closed') THEN r.state END)";

export const view: OwnView = {
  joins: 'LEFT JOIN pylon.issue_statuses AS status ON status.id = r.state',
  columns: {
    // In its place among the table's own: where none came with the issue, the person's.
    requester_email: column(
      'coalesce(r.requester_email, of_requester.email)',
      'E-mail address of who asked.',
    ),
    state_label: column('coalesce(status.label, r.state)', 'The state as people see it called.', {
      column: 'state',
      titleOf: 'issue_statuses',
    }),
    state_category: column(STATUS, "Pylon's category of the state."),
    is_closed: column(`coalesce(${STATUS} = 'closed', false)`, 'Whether it is closed.'),
    is_open: column(
      `(${isOpen('r')})`,
      'Whether it is neither resolved nor closed; never true where is_closed is.',
    ),
    priority: column("r.custom_fields ->> 'priority'", 'Its priority: urgent, high, medium or low.', {
      field: 'priority',
    }),
    body_text: plainText('body_html', 'The first message, as plain text.'),
  },
};

export const naming = {
  issue_id: column('r.id', 'The issue: issues.id.'),
  issue_number: column('r.number', 'The number of the issue that people see.'),
};

export const issue_created_at = column('r.created_at', 'When the issue was created.');

/** How long ago a row of an issue was read: what Pylon counts on stands still here meanwhile. */
const SINCE_READ = 'greatest(extract(epoch FROM now() - r._synced_at), 0)';

export const lists: readonly ListView[] = [
  {
    name: 'issue_tags',
    comment: 'Tags of issues, one row per issue and tag.',
    each: 'unnest(r.tags) AS each(one)',
    columns: { tag: column('each.one', 'The tag.'), issue_created_at },
  },
  {
    name: 'issue_external_issues',
    comment: 'Issues of other trackers that are linked, one row per issue and link.',
    each: elements('r.external_issues'),
    columns: {
      source: column("each.one ->> 'source'", 'The tracker: jira, linear, github and so on.'),
      external_id: column("each.one ->> 'external_id'", 'Its id in the tracker.'),
      link: column("each.one ->> 'link'", 'Address of its page.'),
    },
  },
  {
    name: 'csat_responses',
    comment: 'Ratings that customers gave, one row per rating.',
    each: elements('r.csat_responses'),
    where: "r.csat_responses <> '[]'",
    columns: {
      account_id: column('r.account_id', 'The account of the issue: accounts.id.'),
      assignee_id: column('r.assignee_id', 'The user who worked on the issue: users.id.'),
      team_id: column('r.team_id', 'The team of the issue: teams.id.'),
      issue_created_at: column(
        'r.created_at',
        'When the issue was created; Pylon does not say when it was rated.',
      ),
      score: column(
        numberIn("(each.one -> 'score')", '1e20'),
        'The rating, from 1 (worst) to 5 (best); null if none was given, which other views do not count.',
      ),
      comment: column("each.one ->> 'comment'", 'What the customer wrote with it.'),
    },
  },
  {
    name: 'issue_time_in_status',
    comment:
      'How long issues were in each state, one row per issue and state; that of the present state of an open issue is counted to now. While an edit of the issue waits, the time from its last read to the edit is missing.',
    each: `jsonb_each(CASE jsonb_typeof(r.time_in_status_seconds) WHEN 'object' THEN r.time_in_status_seconds END) AS spent`,
    joins: `LEFT JOIN pylon.issue_statuses AS status ON status.id = spent.key
      CROSS JOIN LATERAL (SELECT spent.key = r.state AND ${isOpen('r')}) AS now_in(it)
      CROSS JOIN LATERAL (SELECT ${numberIn('spent.value', '1e15')}
        + CASE WHEN now_in.it THEN ${SINCE_READ} ELSE 0 END) AS took(seconds)`,
    columns: {
      state: column('spent.key', 'The state, as issues.state has it.'),
      state_label: column('coalesce(status.label, spent.key)', 'The state as people see it called.'),
      ...duration('time', 'took.seconds', 'Time in the state'),
      business_hours_seconds: column(
        `(${numberIn('(r.business_hours_time_in_status_seconds -> spent.key)', '1e15')})::bigint`,
        'The same in business hours, in seconds, as of synced_at of the issue.',
      ),
      is_current: column('now_in.it', 'Whether the issue is in that state now.'),
    },
  },
];
