import { boolean, index, jsonb, text } from 'drizzle-orm/pg-core';
import { defineResource, instant, mirrorTable } from './define.ts';
import { ACTOR, emailOf, fieldsOf, idOf, leftOver, present } from './fields.ts';
import { column, plainText } from './views.ts';

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
  about: "What was written in issues, one row per message: customers' words, replies and internal notes.",
  table,
  words: {
    thread_id: 'The internal thread it belongs to: issue_threads.id; null in the conversation itself.',
    timestamp: 'When it was written.',
    source: 'Where it was written: slack, email, chat_widget and so on.',
    is_private: 'Whether only your side sees it: an internal note.',
    message_html: 'What was written, as HTML.',
    author_name: 'Name of who wrote it.',
    author_avatar_url: 'Address of the picture of who wrote it.',
    email_info: 'Sender and receivers of an e-mail, as Pylon sends them.',
    file_urls: 'Addresses of attached files; signed, and good for a while only.',
  },
  note: 'silent edits, redactions and deletions: resweep',
  pull: {
    by: 'parent',
    parent: 'issues',
    path: '/issues/{id}/messages',
    limit: 1000,
    mark: ['latest_message_time'],
    foreignKey: 'issue_id',
  },
  refers: { issue_id: 'issues', author_user_id: 'users', author_contact_id: 'contacts' },
  contains: {
    message_html: 'body',
    author_user_email: 'email',
    author_contact_email: 'email',
    email_info: 'email',
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
  view: {
    name: 'messages',
    columns: {
      author_kind: column(
        "CASE WHEN r.author_user_id IS NOT NULL THEN 'user' WHEN r.author_contact_id IS NOT NULL THEN 'contact' ELSE 'unknown' END",
        'Who wrote it: user (your side), contact (the customer) or unknown (integrations, for one).',
      ),
      account_id: column('issue.account_id', 'The account of the issue: accounts.id.'),
      message_text: plainText('message_html', 'What was written, as plain text.'),
    },
    joins: 'LEFT JOIN pylon.issues AS issue ON issue.id = r.issue_id',
  },
});
