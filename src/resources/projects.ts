import { boolean, index, jsonb, text } from 'drizzle-orm/pg-core';
import { splitCustomFields } from './custom_field_values.ts';
import { defineResource, instant, mirrorTable } from './define.ts';
import { idOf, present, shadowed } from './fields.ts';
import { column, plainText } from './views.ts';
import { customFieldValues, reference, value } from './writes.ts';

export const table = mirrorTable(
  'projects',
  {
    id: text().primaryKey(),
    name: text(),
    description_html: text(),
    account_id: text(),
    owner_id: text(),
    project_template_id: text(),
    start_date: instant(),
    end_date: instant(),
    is_archived: boolean(),
    archived_at: instant(),
    customer_portal_visible: boolean(),
    custom_fields: jsonb(),
    created_at: instant(),
    updated_at: instant(),
  },
  (column) => [
    index('projects_account_id').on(column.account_id),
    index('projects_owner_id').on(column.owner_id),
    index('projects_created_at').on(column.created_at),
    index('projects_updated_at').on(column.updated_at),
  ],
);

/** Pylon has no plain list of projects: the search without a filter is one. */
export const projects = defineResource({
  name: 'projects',
  about: 'Projects that are carried out for an account.',
  table,
  words: {
    account_id: 'The account it is carried out for: accounts.id.',
    project_template_id: 'The template it was made from.',
    start_date: 'When it begins.',
    end_date: 'When it is to end.',
  },
  title: 'name',
  pull: { by: 'search', path: '/projects/search', limit: 999 },
  changes: { path: '/projects/search', limit: 999, times: { updated_at: 'updated_at' } },
  get: '/projects/{id}',
  refers: { account_id: 'accounts', owner_id: 'users' },
  contains: { description_html: 'body' },
  customFields: { kind: 'project' },
  derive: (project) => {
    const { flat, rest } = splitCustomFields(project.custom_fields);
    return {
      name: project.name ?? project.title,
      description_html: project.description_html ?? project.description,
      account_id: idOf(project.account),
      project_template_id: idOf(project.project_template),
      custom_fields: flat,
      _extra: present({
        custom_fields: rest,
        ...shadowed(project, { title: 'name', description: 'description_html' }),
      }),
    };
  },
  covered: {
    account: ['id', 'external_ids'],
    project_template: ['id'],
    title: true,
    description: true,
  },
  history: ['account_id', 'owner_id', 'start_date', 'end_date', 'is_archived', 'custom_fields'],
  writes: {
    update: '/projects/{id}',
    create: {
      path: '/projects',
      required: ['name', 'account_id'],
      recovery: { by: 'search', path: '/projects/search' },
    },
    remove: '/projects/{id}',
    columns: {
      name: value(),
      description_html: value(),
      account_id: reference({ only: 'create' }),
      owner_id: reference(),
      project_template_id: reference({ only: 'create' }),
      start_date: value(),
      end_date: value(),
      is_archived: value({ only: 'update' }),
      customer_portal_visible: value(),
      custom_fields: customFieldValues({ only: 'update' }),
    },
  },
  view: { columns: { description_text: plainText('description_html', 'What it is, as plain text.') } },
  naming: {
    project_id: column('r.id', 'The project: projects.id.'),
    project_name: column('r.name', 'What the project is called.'),
  },
});
