import { boolean, index, text } from 'drizzle-orm/pg-core';
import { defineResource, instant, mirrorTable } from './define.ts';
import { ACTOR, emailOf, fieldsOf, idOf, leftOver, present } from './fields.ts';
import { plainText } from './views.ts';

export const table = mirrorTable(
  'task_comments',
  {
    id: text().primaryKey(),
    task_id: text(),
    body_html: text(),
    is_internal: boolean(),
    author_user_id: text(),
    author_user_email: text(),
    author_contact_id: text(),
    author_contact_email: text(),
    created_at: instant(),
    updated_at: instant(),
    last_edited_at: instant(),
  },
  (column) => [
    index('task_comments_task_id').on(column.task_id),
    index('task_comments_created_at').on(column.created_at),
  ],
);

export const taskComments = defineResource({
  name: 'task_comments',
  about: 'Comments on tasks.',
  table,
  words: {
    task_id: 'The task: tasks.id.',
    is_internal: 'Whether only your side sees it.',
  },
  pull: {
    by: 'parent',
    parent: 'tasks',
    path: '/tasks/{id}/comments',
    mark: ['updated_at'],
    foreignKey: 'task_id',
  },
  refers: { task_id: 'tasks', author_user_id: 'users', author_contact_id: 'contacts' },
  contains: { body_html: 'body', author_user_email: 'email', author_contact_email: 'email' },
  derive: (comment) => {
    const { user, contact } = fieldsOf(comment.author);
    return {
      author_user_id: idOf(user),
      author_user_email: emailOf(user),
      author_contact_id: idOf(contact),
      author_contact_email: emailOf(contact),
      _extra: present({ author: leftOver(comment.author, ACTOR) }),
    };
  },
  covered: { author: true },
  view: { columns: { body_text: plainText('body_html', 'The text, as plain text.') } },
});
