import { jsonb, text } from 'drizzle-orm/pg-core';
import { defineResource, mirrorTable } from './define.ts';
import { idsOf } from './fields.ts';
import { column } from './views.ts';
import { set, value } from './writes.ts';

export const table = mirrorTable('teams', {
  id: text().primaryKey(),
  name: text(),
  user_ids: text().array(),
  users: jsonb(),
});

export const teams = defineResource({
  name: 'teams',
  about: 'Teams that issues are assigned to.',
  table,
  words: {
    user_ids: 'Members: users.id of each.',
    users: 'Members as Pylon sends them, with their e-mail addresses.',
  },
  title: 'name',
  pull: { by: 'list', path: '/teams' },
  get: '/teams/{id}',
  contains: { users: 'email' },
  derive: (team) => ({ user_ids: idsOf(team.users) }),
  history: ['user_ids'],
  writes: {
    update: '/teams/{id}',
    create: { path: '/teams', required: ['name'], recovery: { by: 'list', path: '/teams' } },
    columns: { name: value(), user_ids: set({ of: 'users' }) },
  },
  naming: {
    team_id: column('r.id', 'The team: teams.id.'),
    team_name: column('r.name', 'What the team is called.'),
  },
  lists: [
    {
      name: 'team_members',
      comment: 'Who is in which team, one row per team and user.',
      each: 'unnest(r.user_ids) AS each(one)',
      joins: 'LEFT JOIN pylon.users AS person ON person.id = each.one',
      columns: {
        user_id: column('each.one', 'The user: users.id.'),
        user_name: column('person.name', 'Name of the user.'),
        user_email: column('person.email', 'E-mail address of the user.'),
      },
    },
  ],
});
