import { index, jsonb, text } from 'drizzle-orm/pg-core';
import { defineResource, instant, mirrorTable } from './define.ts';

export const table = mirrorTable(
  'audit_logs',
  {
    id: text().primaryKey(),
    action: text(),
    action_happened_at: instant(),
    actor_user_id: text(),
    actor_contact_id: text(),
    object_type: text(),
    object_id: text(),
    source: text(),
    link: text(),
    attributes: jsonb(),
    metadata: jsonb(),
    created_at: instant(),
  },
  (column) => [
    index('audit_logs_action_happened_at').on(column.action_happened_at),
    index('audit_logs_actor_user_id').on(column.actor_user_id),
    index('audit_logs_object_id').on(column.object_id),
    index('audit_logs_created_at').on(column.created_at),
  ],
);

/** Who did what; answers 403 where the plan or the token does not allow it. */
export const auditLogs = defineResource({
  name: 'audit_logs',
  about: 'What was done in Pylon, by whom, as far as its plan records that.',
  table,
  words: {
    action: 'What was done.',
    action_happened_at: 'When it was done.',
    actor_user_id: 'The user who did it: users.id.',
    actor_contact_id: 'The contact who did it: contacts.id.',
    object_type: 'What it was done to.',
    object_id: 'The id of what it was done to.',
    source: 'By which way it was done.',
    attributes: 'What changed, as Pylon sends it.',
    metadata: 'From where it was done, as Pylon sends it.',
  },
  pull: { by: 'list', path: '/audit-logs', limit: 999 },
  changes: { path: '/audit-logs/search', limit: 999, times: { action_happened_at: 'action_happened_at' } },
  refers: { actor_user_id: 'users', actor_contact_id: 'contacts' },
  contains: { attributes: 'body' },
});
