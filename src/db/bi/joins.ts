import { isOpen } from './ended.ts';
import { joinView } from './objects.ts';
import { column, duration, numberIn, type View, type ViewColumn } from './view.ts';

/** The elements of a JSON list, none where it is no list. */
const elements = (json: string) =>
  `jsonb_array_elements(CASE jsonb_typeof(${json}) WHEN 'array' THEN ${json} END) AS each(one)`;

const issue = {
  issue_id: column('r.id', 'The issue: issues.id.'),
  issue_number: column('r.number', 'The number of the issue that people see.'),
};
const account = {
  account_id: column('r.id', 'The account: accounts.id.'),
  account_name: column('r.name', 'What the account is called.'),
};

const contact = {
  contact_id: column('r.id', 'The contact: contacts.id.'),
  contact_name: column('r.name', 'Name of the contact.'),
};

/** Options that a record has in its custom fields of type multiselect, of which many tools cannot filter a list. */
const optionsView = (
  kind: string,
  table: string,
  own: Readonly<Record<string, ViewColumn>>,
  more: Readonly<Record<string, ViewColumn>> = {},
): View =>
  joinView({
    name: `${kind}_field_options`,
    comment: `Options that ${table} have in custom fields of several options, one row per ${kind}, field and option.`,
    table,
    // Where a slug is defined twice, the older one is meant.
    each: `(SELECT DISTINCT ON (slug) slug, label, type, select_metadata -> 'options' AS options FROM pylon.custom_fields
             WHERE object_type = '${kind}' AND _deleted_at IS NULL ORDER BY slug, created_at, id) AS field
      CROSS JOIN LATERAL unnest(pylon_bi.to_texts(r.custom_fields -> field.slug)) AS each(one)`,
    where: "field.type = 'multiselect'",
    columns: {
      ...own,
      field_slug: column('field.slug', 'The custom field: custom_fields.slug.'),
      field_label: column('field.label', 'What people see the field called.'),
      option_slug: column('each.one', 'The option, as custom_fields of the table has it.'),
      option_label: column(
        `coalesce((SELECT option.one ->> 'label'
                     FROM jsonb_array_elements(CASE jsonb_typeof(field.options) WHEN 'array' THEN field.options END) AS option(one)
                    WHERE option.one ->> 'slug' = each.one LIMIT 1), each.one)`,
        'What people see the option called.',
      ),
      ...more,
    },
  });

const issueCreatedAt = {
  issue_created_at: column('r.created_at', 'When the issue was created.'),
};

/** How long ago a row of an issue was read: what Pylon counts on stands still here meanwhile. */
const SINCE_READ = 'greatest(extract(epoch FROM now() - r._synced_at), 0)';

/** Lists in rows, one row per element. */
export const joinViews: readonly View[] = [
  joinView({
    name: 'issue_tags',
    comment: 'Tags of issues, one row per issue and tag.',
    table: 'issues',
    each: 'unnest(r.tags) AS each(one)',
    columns: {
      ...issue,
      tag: column('each.one', 'The tag.'),
      ...issueCreatedAt,
    },
  }),
  joinView({
    name: 'account_tags',
    comment: 'Tags of accounts, one row per account and tag.',
    table: 'accounts',
    each: 'unnest(r.tags) AS each(one)',
    columns: { ...account, tag: column('each.one', 'The tag.') },
  }),
  joinView({
    name: 'article_tags',
    comment: 'Tags of articles, one row per article and tag.',
    table: 'articles',
    each: 'unnest(r.tag_ids) AS each(one)',
    joins: 'LEFT JOIN pylon.tags AS tag ON tag.id = each.one',
    columns: {
      article_id: column('r.id', 'The article: articles.id.'),
      tag_id: column('each.one', 'The tag: tags.id.'),
      tag: column('tag.value', 'The tag itself.'),
    },
  }),
  optionsView('issue', 'issues', issue, issueCreatedAt),
  optionsView('account', 'accounts', account),
  optionsView('contact', 'contacts', contact),
  optionsView('task', 'tasks', {
    task_id: column('r.id', 'The task: tasks.id.'),
    task_title: column('r.title', 'Title of the task.'),
  }),
  optionsView('project', 'projects', {
    project_id: column('r.id', 'The project: projects.id.'),
    project_name: column('r.name', 'What the project is called.'),
  }),
  joinView({
    name: 'account_domains',
    comment: 'E-mail domains of accounts, one row per account and domain.',
    table: 'accounts',
    each: 'unnest(r.domains) AS each(one)',
    columns: {
      ...account,
      domain: column('each.one', 'The domain.'),
      is_primary: column('each.one = r.primary_domain', 'Whether it is the main one.'),
    },
  }),
  joinView({
    name: 'account_external_ids',
    comment: 'Ids of accounts in other systems, one row per account and id.',
    table: 'accounts',
    each: elements('r.external_ids'),
    columns: {
      ...account,
      external_id: column("each.one ->> 'external_id'", 'The id in the other system.'),
      label: column("each.one ->> 'label'", 'Which system or purpose it is for.'),
    },
  }),
  joinView({
    name: 'contact_external_ids',
    comment: 'Ids of contacts in other systems, one row per contact and id.',
    table: 'contacts',
    each: elements('r.external_ids'),
    columns: {
      ...contact,
      external_id: column("each.one ->> 'external_id'", 'The id in the other system.'),
      label: column("each.one ->> 'label'", 'Which system or purpose it is for.'),
    },
  }),
  joinView({
    name: 'contact_emails',
    comment: 'E-mail addresses of contacts, one row per contact and address.',
    table: 'contacts',
    each: 'unnest(r.emails) AS each(one)',
    columns: {
      ...contact,
      email: column('each.one', 'The address.'),
      is_primary: column('each.one = r.email', 'Whether it is the main one.'),
    },
  }),
  joinView({
    name: 'account_channels',
    comment: 'Chat channels of accounts, one row per account and channel.',
    table: 'accounts',
    each: elements('r.channels'),
    columns: {
      ...account,
      channel_id: column("each.one ->> 'channel_id'", "The channel's id in its application."),
      channel_name: column("each.one ->> 'channel_name'", 'What the channel is called.'),
      source: column("each.one ->> 'source'", 'The application: slack, microsoft_teams or discord.'),
      is_primary: column("each.one -> 'is_primary' = 'true'", 'Whether it is the main one.'),
      is_internal: column("each.one -> 'is_internal' = 'true'", 'Whether only your side is in it.'),
    },
  }),
  joinView({
    name: 'team_members',
    comment: 'Who is in which team, one row per team and user.',
    table: 'teams',
    each: 'unnest(r.user_ids) AS each(one)',
    joins: 'LEFT JOIN pylon.users AS person ON person.id = each.one',
    columns: {
      team_id: column('r.id', 'The team: teams.id.'),
      team_name: column('r.name', 'What the team is called.'),
      user_id: column('each.one', 'The user: users.id.'),
      user_name: column('person.name', 'Name of the user.'),
      user_email: column('person.email', 'E-mail address of the user.'),
    },
  }),
  joinView({
    name: 'issue_external_issues',
    comment: 'Issues of other trackers that are linked, one row per issue and link.',
    table: 'issues',
    each: elements('r.external_issues'),
    columns: {
      ...issue,
      source: column("each.one ->> 'source'", 'The tracker: jira, linear, github and so on.'),
      external_id: column("each.one ->> 'external_id'", 'Its id in the tracker.'),
      link: column("each.one ->> 'link'", 'Address of its page.'),
    },
  }),
  joinView({
    name: 'csat_responses',
    comment: 'Ratings that customers gave, one row per rating.',
    table: 'issues',
    each: elements('r.csat_responses'),
    where: "r.csat_responses <> '[]'",
    columns: {
      ...issue,
      account_id: column('r.account_id', 'The account of the issue: accounts.id.'),
      assignee_id: column('r.assignee_id', 'The user who worked on the issue: users.id.'),
      team_id: column('r.team_id', 'The team of the issue: teams.id.'),
      issue_created_at: column(
        'r.created_at',
        'When the issue was created; Pylon does not say when it was rated.',
      ),
      score: column(numberIn("(each.one -> 'score')", '1e20'), 'The rating, from 1 (worst) to 5 (best).'),
      comment: column("each.one ->> 'comment'", 'What the customer wrote with it.'),
    },
  }),
  joinView({
    name: 'issue_time_in_status',
    comment:
      'How long issues were in each state, one row per issue and state; that of the present state of an open issue is counted to now.',
    table: 'issues',
    each: `jsonb_each(CASE jsonb_typeof(r.time_in_status_seconds) WHEN 'object' THEN r.time_in_status_seconds END) AS spent`,
    joins: `LEFT JOIN pylon.issue_statuses AS status ON status.id = spent.key
      CROSS JOIN LATERAL (SELECT spent.key = r.state AND ${isOpen('r')}) AS now_in(it)
      CROSS JOIN LATERAL (SELECT ${numberIn('spent.value', '1e15')}
        + CASE WHEN now_in.it THEN ${SINCE_READ} ELSE 0 END) AS took(seconds)`,
    columns: {
      ...issue,
      state: column('spent.key', 'The state, as issues.state has it.'),
      state_label: column('coalesce(status.label, spent.key)', 'The state as people see it called.'),
      ...duration('time', 'took.seconds', 'Time in the state'),
      business_hours_seconds: column(
        `(${numberIn('(r.business_hours_time_in_status_seconds -> spent.key)', '1e15')})::bigint`,
        'The same in business hours, in seconds, as of synced_at of the issue.',
      ),
      is_current: column('now_in.it', 'Whether the issue is in that state now.'),
    },
  }),
];
