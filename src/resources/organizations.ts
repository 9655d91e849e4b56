import { text } from 'drizzle-orm/pg-core';
import { defineResource, mirrorTable } from './define.ts';
import { emailOf, idOf } from './fields.ts';

export const table = mirrorTable('organizations', {
  id: text().primaryKey(),
  name: text(),
  user_id: text(),
  user_email: text(),
});

/** The workspace the token belongs to, and the user it acts as (API users have no e-mail). */
export const organizations = defineResource({
  name: 'organizations',
  table,
  pull: { by: 'object', path: '/me' },
  derive: (organization) => ({
    user_id: idOf(organization.user),
    user_email: emailOf(organization.user),
  }),
  covered: { user: ['id', 'email'] },
});
