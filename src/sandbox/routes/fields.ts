import type { Fields, Row } from '../data/rows.ts';
import type { State } from '../data/state.ts';
import type { ResourceName } from '../resources/index.ts';
import type { Filterable, Lookup } from './filters.ts';

const TIME = ['time_is_after', 'time_is_before', 'time_range'];
const SOME = ['equals', 'in', 'not_in'];
const REFERENCE = [...SOME, 'is_set', 'is_unset'];
const LIST = ['contains', 'does_not_contain', 'in', 'not_in'];
const TEXT = ['string_contains', 'string_does_not_contain'];

/** Which operators a custom field allows is not documented: whatever can make sense. */
const CUSTOM = [...REFERENCE, 'not_equals', ...LIST, ...TEXT, ...TIME].concat([
  'greater_than',
  'less_than',
  'greater_than_or_equals',
  'less_than_or_equals',
]);

const object = (value: unknown): Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : {};

/** `account.id` reads the id inside the account. */
const at = (path: string, operators: readonly string[]): Filterable => {
  const steps = path.split('.');
  return { operators, read: (row) => steps.reduce((held: unknown, step) => object(held)[step], row.object) };
};

const time = (field: string): Filterable => ({
  operators: TIME,
  read: (row) => row.peek?.(field) ?? row.object[field],
});

const each = (field: string, key: string, operators: readonly string[]): Filterable => ({
  operators,
  read: ({ object: held }) => (Array.isArray(held[field]) ? held[field].map((one) => object(one)[key]) : []),
});

/** `project.status` and `issue.ticket_form_id` can be filtered by though no answer shows them. */
const hidden = (operators: readonly string[]): Filterable => ({ operators, read: () => undefined });

const FIELDS: Readonly<Partial<Record<ResourceName, Readonly<Record<string, Filterable>>>>> = {
  issues: {
    created_at: time('created_at'),
    updated_at: time('updated_at'),
    resolved_at: time('resolution_time'),
    latest_message_activity_at: time('latest_message_time'),
    account_id: at('account.id', REFERENCE),
    requester_id: at('requester.id', REFERENCE),
    assignee_id: at('assignee.id', REFERENCE),
    team_id: at('team.id', SOME),
    ticket_form_id: hidden(REFERENCE),
    state: at('state', SOME),
    issue_type: at('type', REFERENCE),
    tags: at('tags', LIST),
    title: at('title', TEXT),
    body_html: at('body_html', TEXT),
    slack_channel_id: at('slack.channel_id', SOME),
  },
  accounts: {
    id: at('id', SOME),
    domains: at('domains', LIST),
    tags: at('tags', LIST),
    name: at('name', [...SOME, 'string_contains']),
    external_ids: each('external_ids', 'external_id', REFERENCE),
    owner_id: at('owner.id', REFERENCE),
  },
  contacts: {
    id: at('id', SOME),
    email: at('email', [...SOME, 'string_contains']),
    name: at('name', [...SOME, 'string_contains']),
    account_id: at('account.id', SOME),
  },
  users: { email: at('email', SOME) },
  tasks: {
    account_id: at('account.id', [...SOME, 'is_set']),
    project_id: at('project.id', REFERENCE),
    milestone_id: at('milestone.id', [...SOME, 'is_set']),
    assignee_id: {
      operators: [...SOME, 'is_set'],
      read: (row) => {
        const { user, contact } = object(row.object.assignee);
        return object(user).id ?? object(contact).id;
      },
    },
    status: at('status', SOME),
    created_at: time('created_at'),
    updated_at: time('updated_at'),
    due_date: { ...time('due_date'), operators: [...TIME, 'is_set'] },
  },
  projects: {
    account_id: at('account.id', [...SOME, 'is_set']),
    owner_id: at('owner_id', REFERENCE),
    status: hidden(SOME),
    is_archived: at('is_archived', ['equals']),
    created_at: time('created_at'),
    updated_at: time('updated_at'),
  },
  surveys: { updated_at: time('updated_at') },
  audit_logs: {
    action: at('action', [...SOME, ...TEXT]),
    action_happened_at: time('action_happened_at'),
  },
};

/** Object types that have custom fields, as the definitions call them. */
const CUSTOMIZED: Readonly<Partial<Record<ResourceName, string>>> = {
  issues: 'issue',
  accounts: 'account',
  contacts: 'contact',
  tasks: 'task',
  projects: 'project',
};

/** The fields a resource can be filtered by: those documented, and custom fields by their slug. */
export function lookupOf(state: State, resource: ResourceName): Lookup {
  const slugs = new Set<unknown>();
  for (const { object: field } of state.tables.custom_fields.newest()) {
    if (field.object_type === CUSTOMIZED[resource]) slugs.add(field.slug);
  }
  return (field) => {
    if (resource === 'issues' && field.startsWith('follower_')) return followers(state, field);
    return FIELDS[resource]?.[field] ?? (slugs.has(field) ? custom(field) : undefined);
  };
}

const custom = (slug: string): Filterable => ({
  operators: CUSTOM,
  read: (row) => {
    const { value, values } = object(object(row.object.custom_fields)[slug]);
    return value ?? values;
  },
});

function followers(state: State, field: string): Filterable | undefined {
  const type = { follower_user_id: 'user', follower_contact_id: 'contact' }[field];
  if (type === undefined) return undefined;
  return {
    operators: SOME,
    read: ({ key }: Row) =>
      state.tables.issue_followers
        .under(key)
        .filter((row) => row.object.type === type)
        .map((row) => row.object.id),
  };
}
