import { boolean, index, text } from 'drizzle-orm/pg-core';
import { defineResource, mirrorTable } from './define.ts';
import { idOf } from './fields.ts';
import { reference, value } from './writes.ts';

export const table = mirrorTable(
  'users',
  {
    id: text().primaryKey(),
    name: text(),
    email: text(),
    emails: text().array(),
    avatar_url: text(),
    role_id: text(),
    status: text(),
    is_deactivated: boolean(),
  },
  (column) => [index('users_email').on(column.email), index('users_role_id').on(column.role_id)],
);

export const users = defineResource({
  name: 'users',
  about: 'People who answer: the members of your support organization, those who left included.',
  table,
  words: {
    name: 'Their name.',
    role_id: 'Their role: user_roles.id.',
    status: 'Whether they take work now: active, away or out of office.',
    is_deactivated: 'Whether they have left the workspace.',
  },
  note: 'with deactivated ones',
  title: 'name',
  knownBy: 'email',
  pull: { by: 'list', path: '/users', variants: [{ include_deactivated: true }] },
  get: '/users/{id}',
  refers: { role_id: 'user_roles' },
  contains: { email: 'email', emails: 'email' },
  derive: (user) => ({ role_id: user.role_id ?? idOf(user.role) }),
  covered: { role: ['id', 'name', 'slug'] },
  history: ['role_id', 'status', 'is_deactivated'],
  writes: {
    update: '/users/{id}',
    columns: {
      name: value(),
      avatar_url: value(),
      role_id: reference(),
      status: value({ values: ['active', 'away', 'out_of_office'] }),
    },
  },
});
