import { boolean, index, jsonb, text } from 'drizzle-orm/pg-core';
import { inPath, optional, required } from './actions.ts';
import { splitCustomFields } from './custom_field_values.ts';
import { defineResource, instant, mirrorTable } from './define.ts';
import { ACTOR, emailOf, fieldsOf, idOf, leftOver, present, shadowed } from './fields.ts';
import { column, plainText } from './views.ts';
import { customFieldValues, reference, value } from './writes.ts';

export const table = mirrorTable(
  'tasks',
  {
    id: text().primaryKey(),
    title: text(),
    body_html: text(),
    status: text(),
    account_id: text(),
    project_id: text(),
    milestone_id: text(),
    assignee_user_id: text(),
    assignee_user_email: text(),
    assignee_contact_id: text(),
    assignee_contact_email: text(),
    parent_task_id: text(),
    subtask_ids: text().array(),
    due_date: instant(),
    customer_portal_visible: boolean(),
    custom_fields: jsonb(),
    created_at: instant(),
    updated_at: instant(),
  },
  (column) => [
    index('tasks_account_id').on(column.account_id),
    index('tasks_project_id').on(column.project_id),
    index('tasks_milestone_id').on(column.milestone_id),
    index('tasks_assignee_user_id').on(column.assignee_user_id),
    index('tasks_created_at').on(column.created_at),
    index('tasks_updated_at').on(column.updated_at),
  ],
);

export const tasks = defineResource({
  name: 'tasks',
  about: 'Things to do for a customer or a project.',
  table,
  words: {
    status: 'not_started, in_progress or completed.',
    account_id: 'The account it is done for: accounts.id.',
    milestone_id: 'The milestone it is part of: milestones.id.',
    assignee_user_id: 'The user who does it: users.id.',
    assignee_user_email: 'E-mail address of that user.',
    assignee_contact_id: 'The contact who does it: contacts.id.',
    assignee_contact_email: 'E-mail address of that contact.',
    parent_task_id: 'The task that it is part of: tasks.id.',
    subtask_ids: 'Tasks that are part of it: tasks.id of each.',
  },
  title: 'title',
  pull: { by: 'list', path: '/tasks', limit: 999 },
  changes: { path: '/tasks/search', limit: 999, times: { updated_at: 'updated_at' } },
  get: '/tasks/{id}',
  refers: {
    account_id: 'accounts',
    project_id: 'projects',
    milestone_id: 'milestones',
    assignee_user_id: 'users',
    assignee_contact_id: 'contacts',
    parent_task_id: 'tasks',
  },
  contains: { body_html: 'body', assignee_user_email: 'email', assignee_contact_email: 'email' },
  customFields: { kind: 'task' },
  derive: (task) => {
    const { flat, rest } = splitCustomFields(task.custom_fields);
    const { user, contact } = fieldsOf(task.assignee);
    return {
      body_html: task.body_html ?? task.description,
      account_id: idOf(task.account),
      project_id: idOf(task.project),
      milestone_id: idOf(task.milestone),
      assignee_user_id: task.assignee == null ? task.assignee_id : idOf(user),
      assignee_user_email: emailOf(user),
      assignee_contact_id: idOf(contact),
      assignee_contact_email: emailOf(contact),
      custom_fields: flat,
      _extra: present({
        assignee: leftOver(task.assignee, ACTOR),
        custom_fields: rest,
        ...shadowed(task, { description: 'body_html', assignee_id: 'assignee' }),
      }),
    };
  },
  covered: {
    account: ['id', 'external_ids'],
    project: ['id'],
    milestone: ['id'],
    assignee: true,
    description: true,
    assignee_id: true,
  },
  history: [
    'status',
    'account_id',
    'project_id',
    'milestone_id',
    'assignee_user_id',
    'assignee_contact_id',
    'due_date',
    'custom_fields',
  ],
  writes: {
    update: '/tasks/{id}',
    create: { path: '/tasks', required: ['title'], recovery: { by: 'search', path: '/tasks/search' } },
    remove: '/tasks/{id}',
    columns: {
      title: value(),
      body_html: value(),
      status: value(),
      due_date: value(),
      account_id: reference({ only: 'create' }),
      project_id: reference(),
      milestone_id: reference(),
      parent_task_id: reference({ only: 'create' }),
      assignee_user_id: reference({ field: 'assignee_id', empty: '' }),
      assignee_contact_id: reference({ field: 'assignee_id', empty: '' }),
      customer_portal_visible: value(),
      custom_fields: customFieldValues(),
    },
    impossible: [
      {
        column: 'assignee_contact_id',
        when: ({ is }) =>
          `${is('assignee_user_id')} IS NOT NULL AND ${is('assignee_contact_id')} IS NOT NULL`,
        because: 'a task has one assignee, a user or a contact: set the other one to NULL',
      },
      {
        column: 'assignee_user_id',
        when: ({ was, is }) =>
          `${is('assignee_user_id')} IS NULL AND ${is('assignee_contact_id')} IS NULL AND (${was('assignee_user_id')} IS NOT NULL OR ${was('assignee_contact_id')} IS NOT NULL)`,
        because: 'Pylon has no way to take a task away from its assignee: name another one',
      },
    ],
  },
  actions: [
    {
      ...{ name: 'add_task_comment', record: 'task_id', allow: 'message', method: 'POST' },
      route: '/tasks/{id}/comments',
      comment: 'Comments on a task; unless it is internal, the customer may see it.',
      parameters: [required('body_html'), optional('is_internal', 'boolean')],
      ...{ answersRecord: false, repeatable: false },
    },
    {
      ...{ name: 'edit_task_comment', record: 'task_id', allow: 'update', method: 'PATCH' },
      route: '/tasks/{id}/comments/{comment_id}',
      comment: 'Changes a comment on a task.',
      parameters: [inPath('comment_id', 'task_comments'), required('body_html')],
      ...{ answersRecord: false, repeatable: true },
    },
    {
      ...{ name: 'delete_task_comment', record: 'task_id', allow: 'delete', method: 'DELETE' },
      route: '/tasks/{id}/comments/{comment_id}',
      comment: 'Deletes a comment on a task, for good.',
      parameters: [inPath('comment_id', 'task_comments')],
      ...{ answersRecord: false, repeatable: true },
    },
  ],
  view: {
    columns: {
      is_completed: column("coalesce(r.status = 'completed', false)", 'Whether it is done.'),
      is_overdue: column(
        "coalesce(r.due_date < now() AND r.status IS DISTINCT FROM 'completed', false)",
        'Whether it is not done although it was due.',
      ),
      body_text: plainText('body_html', 'The text, as plain text.'),
    },
  },
  naming: {
    task_id: column('r.id', 'The task: tasks.id.'),
    task_title: column('r.title', 'Title of the task.'),
  },
});
