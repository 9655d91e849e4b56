import { boolean, index, jsonb, text } from 'drizzle-orm/pg-core';
import { defineResource, instant, mirrorTable } from './define.ts';
import { ACTOR, emailOf, fieldsOf, idOf, leftOver, present } from './fields.ts';

const AUTHOR = { ...ACTOR, name: true, avatar_url: true } as const;

export const table = mirrorTable(
  'issue_messages',
  {
    id: text().primaryKey(),
    issue_id: text(),
    thread_id: text(),
    timestamp: instant(),
    source: text(),
    is_private: boolean(),
    message_html: text(),
    author_name: text(),
    author_avatar_url: text(),
    author_user_id: text(),
    author_user_email: text(),
    author_contact_id: text(),
    author_contact_email: text(),
    email_info: jsonb(),
    file_urls: text().array(),
  },
  (column) => [
    index('issue_messages_issue_id').on(column.issue_id),
    index('issue_messages_timestamp').on(column.timestamp),
  ],
);

/** Replies and internal notes. Only the path of a request says which issue a message belongs to. */
export const issueMessages = defineResource({
  name: 'issue_messages',
  table,
  pull: {
    by: 'parent',
    parent: 'issues',
    path: '/issues/{id}/messages',
    limit: 1000,
    mark: ['latest_message_time'],
    foreignKey: 'issue_id',
  },
  derive: (message) => {
    const author = fieldsOf(message.author);
    return {
      author_name: author.name,
      author_avatar_url: author.avatar_url,
      author_user_id: idOf(author.user),
      author_user_email: emailOf(author.user),
      author_contact_id: idOf(author.contact),
      author_contact_email: emailOf(author.contact),
      _extra: present({ author: leftOver(message.author, AUTHOR) }),
    };
  },
  covered: { author: true },
});
