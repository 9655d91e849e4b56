import { sql } from 'drizzle-orm';
import { boolean, index, jsonb, text } from 'drizzle-orm/pg-core';
import { splitCustomFields } from './custom_field_values.ts';
import { defineResource, instant, mirrorTable, whole } from './define.ts';
import { emailOf, fieldsOf, idOf, present } from './fields.ts';
import { actions } from './issues/actions.ts';
import { BY_PRIORITY, OTHERS } from './issues/backlog.ts';
import { ENDED, IS_CLOSED, IS_OPEN, LASTED, SPAN } from './issues/ended.ts';
import { imports } from './issues/imports.ts';
import { LONG, RATED, SHORT } from './issues/rated.ts';
import { issue_created_at, lists, naming, view } from './issues/view.ts';
import { customFieldValues, reference, set, value } from './writes.ts';

export const table = mirrorTable(
  'issues',
  {
    id: text().primaryKey(),
    number: whole(),
    title: text(),
    link: text(),
    body_html: text(),
    state: text(),
    type: text(),
    source: text(),
    account_id: text(),
    requester_id: text(),
    requester_email: text(),
    assignee_id: text(),
    assignee_email: text(),
    team_id: text(),
    tags: text().array(),
    custom_fields: jsonb(),
    created_at: instant(),
    updated_at: instant(),
    latest_message_time: instant(),
    snoozed_until_time: instant(),
    customer_portal_visible: boolean(),
    author_unverified: boolean(),
    number_of_touches: whole(),
    first_response_time: instant(),
    first_response_seconds: whole(),
    business_hours_first_response_seconds: whole(),
    first_response_breach_time: instant(),
    resolution_time: instant(),
    resolution_seconds: whole(),
    business_hours_resolution_seconds: whole(),
    resolution_breach_time: instant(),
    time_in_status_seconds: jsonb(),
    business_hours_time_in_status_seconds: jsonb(),
    active_time_seconds: whole(),
    business_hours_active_time_seconds: whole(),
    active_time_by_user: jsonb(),
    team_slas: jsonb(),
    csat_responses: jsonb(),
    external_issues: jsonb(),
    parent_issue_id: text(),
    parent_issue_number: whole(),
    child_issues: jsonb(),
    attachment_urls: text().array(),
    slack_channel_id: text(),
    slack_message_ts: text(),
    slack_workspace_id: text(),
    chat_widget_page_url: text(),
  },
  (column) => [
    index('issues_number').on(column.number),
    // With what `account_health` needs of every issue, so that it reads no row.
    index('issues_of_account').on(
      ...([column.account_id, column.created_at, column.first_response_seconds] as const),
      ...([column.resolution_seconds, column.latest_message_time, column._deleted_at] as const),
    ),
    // The same of the open and of the rated ones: what the conditions say is not looked up in a row.
    index('issues_open_by_account')
      .on(column.account_id)
      .where(sql.raw(`(${ENDED}) = 'infinity' AND _deleted_at IS NULL`)),
    index('issues_rated_by_account')
      .on(column.account_id, column.csat_responses)
      .where(sql.raw(`${RATED} AND ${SHORT} AND _deleted_at IS NULL`)),
    index('issues_rated_at_length_by_account')
      .on(column.account_id)
      .where(sql.raw(`${RATED} AND ${LONG} AND _deleted_at IS NULL`)),
    index('issues_requester_id').on(column.requester_id),
    index('issues_assignee_id').on(column.assignee_id),
    index('issues_by_phone').on(column.created_at, column.id).where(sql`source = 'phone'`),
    index('issues_created_at').on(column.created_at),
    index('issues_updated_at').on(column.updated_at),
    // For the views: what is open, what was open at a time, and what was rated.
    index('issues_open')
      .on(column.created_at)
      .where(sql.raw(`(${ENDED}) = 'infinity'`)),
    index('issues_lasted')
      .on(sql.raw(`(${SPAN})`), sql.raw(`(${ENDED})`), column.created_at)
      .where(sql.raw(`(${ENDED}) < 'infinity' AND ${LASTED}`)),
    // For the backlog of days: all that it needs of an issue whose priority is that of the index, so that it reads no row.
    ...BY_PRIORITY.map(({ index: name, belongs }) =>
      index(name)
        .on(
          ...([sql.raw(`(${IS_OPEN})`), column.created_at, column.team_id, column.assignee_id] as const),
          ...([column.source, column.resolution_time, column.state, column.updated_at] as const),
        )
        .where(sql.raw(`_deleted_at IS NULL AND ${belongs}`)),
    ),
    index(`${OTHERS.index}_open`)
      .on(column.created_at)
      .where(sql.raw(`_deleted_at IS NULL AND ${OTHERS.belongs} AND ${IS_OPEN}`)),
    index(`${OTHERS.index}_closed`)
      .on(column.created_at)
      .where(sql.raw(`_deleted_at IS NULL AND ${OTHERS.belongs} AND ${IS_CLOSED}`)),
    index('issues_rated').on(column.created_at).where(sql`${column.csat_responses} <> '[]'`),
  ],
);

/** A create takes the priority as a field of its own, and not among the custom fields. */
function withPriorityApart(fields: unknown) {
  const custom: readonly { readonly slug: string; readonly value?: string }[] = Array.isArray(fields)
    ? fields
    : [];
  const priority = custom.find(({ slug }) => slug === 'priority')?.value;
  if (priority === undefined) return {};
  const others = custom.filter(({ slug }) => slug !== 'priority');
  return { priority, custom_fields: others.length === 0 ? undefined : others };
}

/** Priority is the custom field `priority`: Pylon never shows it as a field of the issue. */
export const issues = defineResource({
  name: 'issues',
  about: 'Conversations and tickets: what customers asked, one row each.',
  table,
  words: {
    number: 'The number that people see.',
    body_html: 'The first message, as HTML.',
    state:
      'Where it stands: new, waiting_on_you, waiting_on_customer, on_hold, closed, or a state of your own (issue_statuses.slug).',
    type: 'conversation or ticket.',
    source: 'Where it came from: slack, email, chat_widget, form and so on.',
    account_id: 'The account that asked: accounts.id.',
    requester_id: 'The contact who asked: contacts.id.',
    requester_email: 'E-mail address of who asked, as it came with the issue.',
    assignee_id: 'The user who works on it: users.id; null where nobody does.',
    assignee_email: 'E-mail address of that user, as it came with the issue.',
    team_id: 'The team it is assigned to: teams.id.',
    latest_message_time: 'When the last message was written.',
    snoozed_until_time: 'Until when it rests; null where it does not.',
    author_unverified: 'Whether nobody could verify who wrote it.',
    number_of_touches: 'How many times your side answered.',
    first_response_time: 'When your side first answered; null where it has not yet.',
    first_response_seconds: 'Seconds from creation to the first answer.',
    business_hours_first_response_seconds: 'The same, in seconds of your business hours.',
    first_response_breach_time: 'When the first answer is, or was, due by its SLA.',
    resolution_time: 'When it was resolved; null where it is open.',
    resolution_seconds: 'Seconds from creation to resolution.',
    business_hours_resolution_seconds: 'The same, in seconds of your business hours.',
    resolution_breach_time: 'When the resolution is, or was, due by its SLA.',
    time_in_status_seconds:
      'Seconds spent in each state: state to seconds. Counts on in Pylon, and is as old as _synced_at here.',
    business_hours_time_in_status_seconds: 'The same, in seconds of your business hours.',
    active_time_seconds: 'Seconds that users spent on it.',
    business_hours_active_time_seconds: 'The same, in seconds of your business hours.',
    active_time_by_user: 'Seconds that each user spent on it, as Pylon sends them.',
    team_slas: 'SLAs of teams that had it, as Pylon sends them.',
    csat_responses: 'Ratings: a list of {"score", "comment", …}.',
    external_issues: 'Issues in other trackers that are linked: a list of {"source", "external_id", "link"}.',
    parent_issue_id: 'The issue that it is part of: issues.id.',
    parent_issue_number: 'The number of that issue.',
    child_issues: 'Issues that are part of it, as Pylon sends them.',
    slack_channel_id: 'The Slack channel it came from.',
    slack_message_ts: 'The message in that channel.',
    slack_workspace_id: 'The Slack workspace of that channel.',
    chat_widget_page_url: 'The page on which the chat was opened.',
  },
  note: "first read through windows of `created_at`; priority is `custom_fields->>'priority'`",
  title: 'title',
  knownBy: 'number',
  shownWith: { number: 'Number of that issue, as people see it.' },
  pull: { by: 'window', path: '/issues', search: '/issues/search', limit: 2000 },
  changes: {
    path: '/issues/search',
    limit: 999,
    // Whether a new message moves `updated_at` is not documented.
    times: { updated_at: 'updated_at', latest_message_activity_at: 'latest_message_time' },
  },
  get: '/issues/{id}',
  webhook: 'issue',
  refers: {
    account_id: 'accounts',
    requester_id: 'contacts',
    assignee_id: 'users',
    team_id: 'teams',
    parent_issue_id: 'issues',
  },
  contains: { requester_email: 'email', assignee_email: 'email', body_html: 'body', csat_responses: 'body' },
  customFields: { kind: 'issue', builtIn: ['priority'], optionColumns: { issue_created_at } },
  derive: (issue) => {
    const { flat, rest } = splitCustomFields(issue.custom_fields);
    const slack = fieldsOf(issue.slack);
    return {
      account_id: idOf(issue.account),
      requester_id: idOf(issue.requester),
      requester_email: emailOf(issue.requester),
      assignee_id: idOf(issue.assignee),
      assignee_email: emailOf(issue.assignee),
      team_id: idOf(issue.team),
      parent_issue_id: idOf(issue.parent_issue_group),
      parent_issue_number: fieldsOf(issue.parent_issue_group).number,
      slack_channel_id: slack.channel_id,
      slack_message_ts: slack.message_ts,
      slack_workspace_id: slack.workspace_id,
      chat_widget_page_url: fieldsOf(issue.chat_widget_info).page_url,
      custom_fields: flat,
      _extra: present({ custom_fields: rest }),
    };
  },
  covered: {
    account: ['id', 'external_ids'],
    requester: ['id', 'email'],
    assignee: ['id', 'email'],
    team: ['id'],
    parent_issue_group: ['id', 'number'],
    slack: ['channel_id', 'message_ts', 'workspace_id'],
    chat_widget_info: ['page_url'],
  },
  volatile: [
    'time_in_status_seconds',
    'business_hours_time_in_status_seconds',
    'active_time_seconds',
    'business_hours_active_time_seconds',
    'active_time_by_user',
    'first_response_breach_time',
    'resolution_breach_time',
    'team_slas',
  ],
  history: ['state', 'type', 'account_id', 'requester_id', 'assignee_id', 'team_id', 'tags', 'custom_fields'],
  writes: {
    update: '/issues/{id}',
    create: {
      path: '/issues',
      required: ['title', 'body_html', ['account_id', 'requester_id', 'requester_email']],
      recovery: { by: 'search', path: '/issues/search' },
    },
    remove: '/issues/{id}',
    activity: ['latest_message_time'],
    columns: {
      title: value(),
      body_html: value({ only: 'create' }),
      state: value({
        ...{ only: 'update', choices: 'issue_statuses' },
        always: ['new', 'waiting_on_you', 'waiting_on_customer', 'on_hold', 'closed'],
      }),
      type: value({ values: ['conversation', 'ticket'], only: 'update' }),
      account_id: reference({ empty: '' }),
      requester_id: reference({ empty: '' }),
      requester_email: value({ only: 'create' }),
      assignee_id: reference({ empty: '' }),
      team_id: reference({ empty: '' }),
      tags: set(),
      attachment_urls: set({ only: 'create', files: true }),
      custom_fields: customFieldValues(),
      customer_portal_visible: value(),
      author_unverified: value({ only: 'create' }),
      created_at: value({ only: 'create' }),
    },
    impossible: [
      {
        column: 'type',
        when: ({ was, is }) => `${was('type')} = 'ticket' AND ${is('type')} = 'conversation'`,
        because: 'a ticket cannot become a conversation again',
      },
    ],
    // Of a create, the row has no id yet.
    also: (body, row) => (row.id === undefined ? withPriorityApart(body.custom_fields) : {}),
  },
  actions: [...actions, ...imports],
  view,
  naming,
  lists,
});
