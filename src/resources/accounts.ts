import { boolean, index, jsonb, text } from 'drizzle-orm/pg-core';
import { splitCustomFields } from './custom_field_values.ts';
import { defineResource, instant, mirrorTable } from './define.ts';
import { emailOf, externalIds, idOf, present } from './fields.ts';
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
  table,
  pull: { by: 'list', path: '/accounts', limit: 999 },
  get: '/accounts/{id}',
  refers: { owner_id: 'users' },
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
    objectType: 'account',
    update: '/accounts/{id}',
    create: {
      path: '/accounts',
      required: ['name'],
      // Found by what it holds: there is no filter by time.
      recovery: { by: 'list', path: '/accounts' },
    },
    remove: '/accounts/{id}',
    bulk: {
      ...{ path: '/accounts', ids: 'account_ids', most: 100, search: '/accounts/search' },
      columns: ['type', 'owner_id', 'tags', 'custom_fields'],
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
    impossible: [
      {
        column: 'type',
        when: "OLD.id NOT LIKE 'local-%' AND NEW.type IS DISTINCT FROM OLD.type AND NEW.type IN ('internal', 'community')",
        because: 'only customer and partner can be set on an account that exists',
      },
      {
        column: 'primary_domain',
        when: "(cardinality(NEW.domains) > 0 OR nullif(NEW.primary_domain, '') IS NOT NULL) AND NOT coalesce(NEW.primary_domain = ANY (NEW.domains), false)",
        because: 'where there are domains, primary_domain is one of them',
      },
    ],
  },
});
