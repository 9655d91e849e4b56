import { boolean, index, jsonb, text } from 'drizzle-orm/pg-core';
import { shown } from './accounts/actions.ts';
import { required } from './actions.ts';
import { splitCustomFields } from './custom_field_values.ts';
import { defineResource, instant, mirrorTable } from './define.ts';
import { emailOf, externalIds, idOf, present } from './fields.ts';
import { column, elements } from './views.ts';
import { customFieldValues, list, reference, set, value } from './writes.ts';

export const table = mirrorTable(
  'accounts',
  {
    id: text().primaryKey(),
    name: text(),
    type: text(),
    owner_id: text(),
    owner_email: text(),
    domain: text(),
    primary_domain: text(),
    domains: text().array(),
    tags: text().array(),
    is_disabled: boolean(),
    channels: jsonb(),
    external_ids: jsonb(),
    crm_settings: jsonb(),
    custom_fields: jsonb(),
    latest_customer_activity_time: instant(),
    created_at: instant(),
    updated_at: instant(),
  },
  (column) => [
    index('accounts_owner_id').on(column.owner_id),
    index('accounts_created_at').on(column.created_at),
    index('accounts_updated_at').on(column.updated_at),
  ],
);

export const accounts = defineResource({
  name: 'accounts',
  about: 'Customers: companies that write to you, and partners or others that you keep as accounts.',
  table,
  words: {
    type: 'Its kind: customer, partner, internal or your own kinds.',
    owner_email: 'E-mail address of the owner, as it came with the account.',
    primary_domain: 'The main e-mail domain: one of domains.',
    domains: 'All e-mail domains of the customer.',
    is_disabled: 'Whether the account was switched off.',
    channels: 'Chat channels that are linked: a list of {"channel_id", "source", …}.',
    crm_settings: 'What it is linked with in a CRM, as Pylon sends it.',
    latest_customer_activity_time: 'When the customer last did something.',
  },
  title: 'name',
  pull: { by: 'list', path: '/accounts', limit: 999 },
  get: '/accounts/{id}',
  webhook: 'account',
  refers: { owner_id: 'users' },
  contains: { owner_email: 'email' },
  customFields: { kind: 'account' },
  derive: (account) => {
    const { flat, rest } = splitCustomFields(account.custom_fields);
    return {
      owner_id: idOf(account.owner),
      owner_email: emailOf(account.owner),
      external_ids: externalIds(account.external_ids),
      custom_fields: flat,
      _extra: present({ custom_fields: rest }),
    };
  },
  covered: { owner: ['id', 'email'] },
  history: ['type', 'owner_id', 'is_disabled', 'tags', 'custom_fields'],
  writes: {
    update: '/accounts/{id}',
    create: {
      path: '/accounts',
      required: ['name'],
      // Found by what it holds: there is no filter by time.
      recovery: { by: 'list', path: '/accounts' },
    },
    remove: '/accounts/{id}',
    bulk: {
      ...{ path: '/accounts', ids: 'account_ids', most: 100, search: '/accounts/search', limit: 999 },
      columns: ['type', 'owner_id', 'tags', 'custom_fields'],
      set: { column: 'tags', mode: 'tags_apply_mode' },
    },
    columns: {
      name: value(),
      type: value({ field: 'account_type', values: ['customer', 'internal', 'community', 'partner'] }),
      owner_id: reference({ empty: '' }),
      domains: set(),
      primary_domain: value({ empty: '' }),
      tags: set(),
      channels: list(),
      external_ids: list(),
      custom_fields: customFieldValues(),
      is_disabled: value({ only: 'update' }),
    },
    fills: [
      {
        column: 'primary_domain',
        from: ['domains'],
        when: ({ was, is }) =>
          `cardinality(${is('domains')}) = 1 AND ${is('primary_domain')} IS NOT DISTINCT FROM ${was('primary_domain')}`,
        value: ({ is }) => `(${is('domains')})[1]`,
      },
    ],
    impossible: [
      {
        column: 'type',
        when: ({ was, is }) =>
          `${was('id')} NOT LIKE 'local-%' AND ${is('type')} IS DISTINCT FROM ${was('type')} AND ${is('type')} IN ('internal', 'community')`,
        because: 'only customer and partner can be set on an account that exists',
      },
      {
        column: 'primary_domain',
        when: ({ is }) =>
          `(cardinality(${is('domains')}) > 0 OR nullif(${is('primary_domain')}, '') IS NOT NULL) AND NOT coalesce(${is('primary_domain')} = ANY (${is('domains')}), false)`,
        because: 'where there are domains, primary_domain is one of them',
      },
    ],
  },
  actions: [
    {
      ...{
        name: 'set_account_logo',
        record: 'account_id',
        allow: 'update',
        method: 'PATCH',
        route: '/accounts/{id}',
      },
      comment: 'Sets the logo of an account, which Pylon takes and does not show.',
      parameters: [required('logo_url')],
      ...{ answersRecord: true, repeatable: true },
    },
    {
      ...{
        name: 'set_subaccounts',
        record: 'account_id',
        allow: 'update',
        method: 'PATCH',
        route: '/accounts/{id}',
      },
      comment: 'Sets the accounts below an account, which Pylon takes and does not show.',
      parameters: [{ name: 'subaccount_ids', type: 'text[]', of: 'accounts' }],
      ...{ answersRecord: true, repeatable: true },
    },
    {
      ...{ name: 'merge_accounts', record: 'into', recordField: 'merge_into_account_id', allow: 'delete' },
      ...{ method: 'POST', route: '/accounts/merge' },
      comment:
        'Merges accounts into one, which keeps their issues and contacts; the others are gone for good.',
      parameters: [{ name: 'ids', type: 'text[]', field: 'merge_account_ids', of: 'accounts' }],
      ...{ answersRecord: true, repeatable: false, merges: 'ids' },
    },
    ...shown,
  ],
  naming: {
    account_id: column('r.id', 'The account: accounts.id.'),
    account_name: column('r.name', 'What the account is called.'),
  },
  lists: [
    {
      name: 'account_tags',
      comment: 'Tags of accounts, one row per account and tag.',
      each: 'unnest(r.tags) AS each(one)',
      columns: { tag: column('each.one', 'The tag.') },
    },
    {
      name: 'account_domains',
      comment: 'E-mail domains of accounts, one row per account and domain.',
      each: 'unnest(r.domains) AS each(one)',
      columns: {
        domain: column('each.one', 'The domain.'),
        is_primary: column('each.one = r.primary_domain', 'Whether it is the main one.'),
      },
    },
    {
      name: 'account_external_ids',
      comment: 'Ids of accounts in other systems, one row per account and id.',
      each: elements('r.external_ids'),
      columns: {
        external_id: column("each.one ->> 'external_id'", 'The id in the other system.'),
        label: column("each.one ->> 'label'", 'Which system or purpose it is for.'),
      },
    },
    {
      name: 'account_channels',
      comment: 'Chat channels of accounts, one row per account and channel.',
      each: elements('r.channels'),
      columns: {
        channel_id: column("each.one ->> 'channel_id'", "The channel's id in its application."),
        channel_name: column("each.one ->> 'channel_name'", 'What the channel is called.'),
        source: column("each.one ->> 'source'", 'The application: slack, microsoft_teams or discord.'),
        is_primary: column("each.one -> 'is_primary' = 'true'", 'Whether it is the main one.'),
        is_internal: column("each.one -> 'is_internal' = 'true'", 'Whether only your side is in it.'),
      },
    },
  ],
});
