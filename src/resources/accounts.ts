import { boolean, index, jsonb, text } from 'drizzle-orm/pg-core';
import { splitCustomFields } from './custom_field_values.ts';
import { defineResource, instant, mirrorTable } from './define.ts';
import { emailOf, externalIds, idOf, present } from './fields.ts';

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
});
