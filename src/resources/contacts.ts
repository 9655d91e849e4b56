import { index, jsonb, text } from 'drizzle-orm/pg-core';
import { customFields, optional, referring, required } from './actions.ts';
import { splitCustomFields } from './custom_field_values.ts';
import { defineResource, mirrorTable } from './define.ts';
import { externalIds, idOf, present } from './fields.ts';
import { column, elements } from './views.ts';
import { customFieldValues, list, reference, set, value } from './writes.ts';

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
  about: "People at customers' who write to you.",
  table,
  words: {
    name: 'Their name.',
    account_id: 'The account they belong to: accounts.id.',
    portal_role: 'What they may do in the customer portal: no_access, member or admin.',
    portal_role_id: 'The role behind that, by its id.',
    primary_phone_number: 'The main phone number: one of phone_numbers.',
    phone_numbers: 'Phone numbers, digits only.',
    integration_user_ids: 'Who they are in Slack, Teams and so on: a list of {"id", "source"}.',
  },
  title: 'name',
  knownBy: 'email',
  pull: { by: 'list', path: '/contacts', limit: 999 },
  get: '/contacts/{id}',
  webhook: 'contact',
  refers: { account_id: 'accounts' },
  contains: { email: 'email', emails: 'email', primary_phone_number: 'phone', phone_numbers: 'phone' },
  customFields: { kind: 'contact' },
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
  history: ['account_id', 'portal_role', 'custom_fields'],
  writes: {
    update: '/contacts/{id}',
    create: { path: '/contacts', required: ['name'], recovery: { by: 'list', path: '/contacts' } },
    remove: '/contacts/{id}',
    columns: {
      name: value(),
      email: value(),
      emails: set({ only: 'update' }),
      account_id: reference({ empty: '' }),
      avatar_url: value(),
      portal_role: value({ values: ['no_access', 'member', 'admin'] }),
      portal_role_id: value(),
      phone_numbers: set(),
      primary_phone_number: value(),
      external_ids: list(),
      custom_fields: customFieldValues(),
    },
    impossible: [
      {
        column: 'phone_numbers',
        when: ({ is }) =>
          `EXISTS (SELECT FROM unnest(${is('phone_numbers')}) AS number WHERE number !~ '^[0-9]{1,15}$')`,
        because: 'a phone number is 1 to 15 digits and nothing else',
      },
      {
        column: 'primary_phone_number',
        when: ({ is }) =>
          `nullif(${is('primary_phone_number')}, '') IS NOT NULL AND NOT coalesce(${is('primary_phone_number')} = ANY (${is('phone_numbers')}), false)`,
        because: 'it is one of phone_numbers',
      },
    ],
    // `email` and `emails` exclude each other: the list says which one is primary.
    also: ({ emails }, row) => {
      if (!Array.isArray(emails)) return {};
      const nameOf = (email: unknown) => String(email).toLowerCase();
      const primary = emails.findIndex((email) => nameOf(email) === nameOf(row.email));
      return {
        email: undefined,
        emails: emails.map((email: string, index) => ({
          email,
          is_primary: index === Math.max(0, primary),
        })),
      };
    },
  },
  actions: [
    {
      ...{ name: 'import_contact', allow: 'import', method: 'POST', route: '/import/contacts' },
      comment: 'Imports a contact from another system; one address is that of one contact.',
      parameters: [
        ...[required('name'), required('email'), referring('accounts', optional('account_id'))],
        ...[optional('avatar_url'), optional('phone_numbers', 'text[]'), optional('primary_phone_number')],
        ...[optional('portal_role'), customFields],
      ],
      makes: { search: '/contacts/search', filter: 'email', by: ['email'] },
      ...{ answersRecord: true, repeatable: false },
    },
  ],
  naming: {
    contact_id: column('r.id', 'The contact: contacts.id.'),
    contact_name: column('r.name', 'Name of the contact.'),
  },
  lists: [
    {
      name: 'contact_external_ids',
      comment: 'Ids of contacts in other systems, one row per contact and id.',
      each: elements('r.external_ids'),
      columns: {
        external_id: column("each.one ->> 'external_id'", 'The id in the other system.'),
        label: column("each.one ->> 'label'", 'Which system or purpose it is for.'),
      },
    },
    {
      name: 'contact_emails',
      comment: 'E-mail addresses of contacts, one row per contact and address.',
      each: 'unnest(r.emails) AS each(one)',
      columns: {
        email: column('each.one', 'The address.'),
        is_primary: column('each.one = r.email', 'Whether it is the main one.'),
      },
    },
  ],
});
