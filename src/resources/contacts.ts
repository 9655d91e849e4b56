import { index, jsonb, text } from 'drizzle-orm/pg-core';
import { splitCustomFields } from './custom_field_values.ts';
import { defineResource, mirrorTable } from './define.ts';
import { externalIds, idOf, present } from './fields.ts';

export const table = mirrorTable(
  'contacts',
  {
    id: text().primaryKey(),
    name: text(),
    email: text(),
    emails: text().array(),
    account_id: text(),
    avatar_url: text(),
    portal_role: text(),
    portal_role_id: text(),
    primary_phone_number: text(),
    phone_numbers: text().array(),
    external_ids: jsonb(),
    integration_user_ids: jsonb(),
    custom_fields: jsonb(),
  },
  (column) => [index('contacts_account_id').on(column.account_id), index('contacts_email').on(column.email)],
);

/** People at accounts. Pylon gives no time of a contact's creation or change. */
export const contacts = defineResource({
  name: 'contacts',
  table,
  pull: { by: 'list', path: '/contacts', limit: 999 },
  get: '/contacts/{id}',
  refers: { account_id: 'accounts' },
  derive: (contact) => {
    const { flat, rest } = splitCustomFields(contact.custom_fields);
    return {
      account_id: idOf(contact.account),
      external_ids: externalIds(contact.external_ids),
      custom_fields: flat,
      _extra: present({ custom_fields: rest }),
    };
  },
  covered: { account: ['id', 'external_ids'] },
});
