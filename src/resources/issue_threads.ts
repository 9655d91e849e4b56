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
  about: 'Internal threads of issues.',
  table,
  words: {
    source: 'Where the thread is held: slack, pylon and so on.',
    channel_id: 'The channel it is held in.',
    thread_id: 'Its number in that channel.',
  },
  title: 'name',
  pull: {
    by: 'parent',
    parent: 'issues',
    path: '/issues/{id}/threads',
    mark: ['latest_message_time', 'updated_at'],
    foreignKey: 'issue_id',
  },
  refers: { issue_id: 'issues' },
});
