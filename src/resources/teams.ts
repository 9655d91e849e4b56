import { jsonb, text } from 'drizzle-orm/pg-core';
import { defineResource, mirrorTable } from './define.ts';
import { idsOf } from './fields.ts';
import { set, value } from './writes.ts';

export const table = mirrorTable('teams', {
  id: text().primaryKey(),
  name: text(),
  user_ids: text().array(),
  users: jsonb(),
});

export const teams = defineResource({
  name: 'teams',
  table,
  pull: { by: 'list', path: '/teams' },
  get: '/teams/{id}',
  derive: (team) => ({ user_ids: idsOf(team.users) }),
  history: ['user_ids'],
  writes: {
    update: '/teams/{id}',
    create: { path: '/teams', required: ['name'], recovery: { by: 'list', path: '/teams' } },
    columns: { name: value(), user_ids: set() },
  },
});
