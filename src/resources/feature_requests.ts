import { index, jsonb, text } from 'drizzle-orm/pg-core';
import { referring } from './actions.ts';
import { splitCustomFields } from './custom_field_values.ts';
import { defineResource, instant, mirrorTable, whole } from './define.ts';
import { present } from './fields.ts';
import { column } from './views.ts';
import { customFieldValues, value } from './writes.ts';

export const table = mirrorTable(
  'feature_requests',
  {
    id: text().primaryKey(),
    title: text(),
    description: text(),
    request_status: text(),
    evidence_count: whole(),
    account_ids: text().array(),
    portal_visible_to_account_ids: text().array(),
    custom_fields: jsonb(),
    created_at: instant(),
    updated_at: instant(),
  },
  (column) => [
    index('feature_requests_request_status').on(column.request_status),
    index('feature_requests_created_at').on(column.created_at),
    index('feature_requests_updated_at').on(column.updated_at),
  ],
);

/**
 * Only the search says `account_ids`, and it has no cursor. Pylon does not list the definitions of these custom
 * fields: what a custom field of a feature request takes is known to Pylon alone.
 */
export const featureRequests = defineResource({
  name: 'feature_requests',
  about: 'Features that customers ask for.',
  table,
  words: {
    request_status: 'new, in_progress, closed, archived or a status of your own.',
    evidence_count: 'How many issues, calls and the like ask for it.',
    account_ids: 'The accounts that ask for it: accounts.id, several.',
    portal_visible_to_account_ids: 'The accounts that see it in their portal: accounts.id, several.',
  },
  note: 'the search has no cursor: beyond 999 by status, then by account',
  title: 'title',
  pull: {
    by: 'slices',
    path: '/feature-requests/search',
    limit: 999,
    ...{ column: 'request_status', field: 'request_statuses' },
    values: ['new', 'in_progress', 'closed', 'archived'],
    within: { field: 'account_ids', resource: 'accounts', ids: 'account_ids' },
  },
  get: '/feature-requests/{id}',
  contains: { description: 'body' },
  partial: ['account_ids'],
  derive: (request) => {
    const { flat, rest } = splitCustomFields(request.custom_fields);
    return {
      account_ids: request.account_ids ?? (request.evidence_count === 0 ? [] : undefined),
      custom_fields: flat,
      _extra: present({ custom_fields: rest }),
    };
  },
  history: ['request_status', 'custom_fields'],
  writes: {
    update: '/feature-requests/{id}',
    create: {
      path: '/feature-requests',
      required: ['title'],
      recovery: { by: 'answer', path: '/feature-requests/search', limit: 999 },
    },
    remove: '/feature-requests/{id}',
    columns: {
      title: value({ only: 'create' }),
      description: value({ only: 'create' }),
      request_status: value({ only: 'update' }),
      custom_fields: customFieldValues({ only: 'update' }),
    },
  },
  actions: [
    {
      ...{ name: 'set_feature_request_visibility', record: 'feature_request_id', allow: 'update' },
      ...{ method: 'POST', route: '/feature-requests/{id}/set-portal-visibility' },
      comment: 'Shows a feature request to accounts in their portal, or hides it from them.',
      parameters: [
        referring('accounts', { name: 'account_ids', type: 'text[]' }),
        { name: 'visible', type: 'boolean' },
      ],
      ...{ answersRecord: true, repeatable: true },
    },
  ],
  naming: {
    feature_request_id: column('r.id', 'The feature request: feature_requests.id.'),
    feature_request_title: column('r.title', 'What the feature request is called.'),
  },
  lists: [
    {
      name: 'feature_request_accounts',
      comment:
        'Accounts that ask for features, or see them in their portal, one row per request and account.',
      each: `(SELECT id, bool_or(asks) AS asks, bool_or(sees) AS sees
          FROM (SELECT unnest(r.account_ids) AS id, true AS asks, false AS sees
                UNION ALL SELECT unnest(r.portal_visible_to_account_ids), false, true) AS one GROUP BY id) AS each`,
      joins: 'LEFT JOIN pylon.accounts AS account ON account.id = each.id',
      columns: {
        account_id: column('each.id', 'The account: accounts.id.'),
        account_name: column('account.name', 'What the account is called.'),
        asks: column('each.asks', 'Whether the account asks for it.'),
        sees: column('each.sees', 'Whether the account sees it in its portal.'),
      },
    },
  ],
});
