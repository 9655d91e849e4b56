import { index, text } from 'drizzle-orm/pg-core';
import { defineResource, instant, mirrorTable } from './define.ts';
import { idOf, present, shadowed } from './fields.ts';
import { reference, value } from './writes.ts';

export const table = mirrorTable(
  'milestones',
  {
    id: text().primaryKey(),
    name: text(),
    account_id: text(),
    project_id: text(),
    due_date: instant(),
    created_at: instant(),
    updated_at: instant(),
  },
  (column) => [
    index('milestones_account_id').on(column.account_id),
    index('milestones_project_id').on(column.project_id),
  ],
);

/** Pylon lists milestones nowhere: only those that a task names can be known. */
export const milestones = defineResource({
  name: 'milestones',
  about: 'Stages of projects.',
  table,
  words: {
    account_id: 'The account of the project: accounts.id.',
  },
  note: 'Pylon lists them nowhere: only those that a task names',
  title: 'name',
  pull: {
    by: 'reference',
    path: '/milestones/{id}',
    from: { resource: 'tasks', column: 'milestone_id' },
  },
  get: '/milestones/{id}',
  refers: { account_id: 'accounts', project_id: 'projects' },
  derive: (milestone) => ({
    name: milestone.name ?? milestone.title,
    account_id: idOf(milestone.account),
    project_id: idOf(milestone.project),
    _extra: present(shadowed(milestone, { title: 'name' })),
  }),
  covered: { account: ['id', 'external_ids'], project: ['id'], title: true },
  history: ['due_date'],
  writes: {
    update: '/milestones/{id}',
    create: { path: '/milestones', required: ['name', 'project_id'], recovery: { by: 'person' } },
    remove: '/milestones/{id}',
    columns: {
      name: value(),
      due_date: value(),
      project_id: reference({ only: 'create' }),
      account_id: reference({ only: 'create' }),
    },
  },
});
