import { text } from 'drizzle-orm/pg-core';
import { defineResource, mirrorTable } from './define.ts';

export const table = mirrorTable('user_roles', {
  id: text().primaryKey(),
  name: text(),
  slug: text(),
});

export const userRoles = defineResource({
  name: 'user_roles',
  about: 'What users may do in Pylon, by role.',
  table,
  title: 'name',
  pull: { by: 'list', path: '/user-roles' },
});
