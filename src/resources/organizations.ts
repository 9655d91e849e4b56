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
  about: 'The Pylon workspace that this database mirrors: one row.',
  table,
  words: {
    user_id: 'The user that the API token belongs to: users.id.',
    user_email: 'E-mail address of that user.',
  },
  title: 'name',
  pull: { by: 'object', path: '/me' },
  refers: { user_id: 'users' },
  contains: { user_email: 'email' },
  derive: (organization) => ({
    user_id: idOf(organization.user),
    user_email: emailOf(organization.user),
  }),
  covered: { user: ['id', 'email'] },
});
