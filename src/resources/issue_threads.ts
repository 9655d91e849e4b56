import { index, text } from 'drizzle-orm/pg-core';
import { defineResource, mirrorTable } from './define.ts';

export const table = mirrorTable(
  'issue_threads',
  {
    id: text().primaryKey(),
    issue_id: text(),
    name: text(),
    source: text(),
    channel_id: text(),
    thread_id: text(),
  },
  (column) => [index('issue_threads_issue_id').on(column.issue_id)],
);

/** Internal threads of an issue; `thread_id` is the chat platform's id of the same thread. */
export const issueThreads = defineResource({
  name: 'issue_threads',
  table,
  pull: {
    by: 'parent',
    parent: 'issues',
    path: '/issues/{id}/threads',
    mark: ['latest_message_time', 'updated_at'],
    foreignKey: 'issue_id',
  },
});
