import { z } from 'zod';
import type { Fields, Row } from '../data/rows.ts';
import { bodyOf, filled, texts, time } from '../routes/body.ts';
import { sanitized } from '../routes/html.ts';
import { badRequest, notFound } from '../routes/refusal.ts';
import { type Call, type Reply, type Route, route, rowOf, shown } from '../routes/route.ts';
import { create, nowIn, referred, removed } from '../routes/writes.ts';
import { issueOf } from './issues.ts';

const note = z.strictObject({
  body_html: filled,
  attachment_urls: texts.exactOptional(),
  message_id: z.string().exactOptional(),
  thread_id: z.string().exactOptional(),
  thread_name: z.string().exactOptional(),
  user_id: z.string().exactOptional(),
});
const reply = z.strictObject({
  body_html: filled,
  message_id: filled,
  attachment_urls: texts.exactOptional(),
  contact_id: z.string().exactOptional(),
  user_id: z.string().exactOptional(),
  custom_source: z
    .strictObject({
      external_id: z.string(),
      created_at: time.exactOptional(),
      metadata: z.record(z.string(), z.unknown()).exactOptional(),
    })
    .exactOptional(),
  email_info: z
    .strictObject({
      to_emails: texts.exactOptional(),
      cc_emails: texts.exactOptional(),
      bcc_emails: texts.exactOptional(),
    })
    .exactOptional(),
});
const thread = z.strictObject({ name: z.string().exactOptional() });

/** Notes, replies and threads. There is no `POST /issues/{id}/messages`. */
export const messageRoutes: readonly Route[] = [
  route('POST /issues/{id}/note', 'low', postNote),
  route('POST /issues/{id}/reply', 'low', postReply),
  route('POST /issues/{id}/threads', 'middle', (call) => {
    const { name } = bodyOf(call, thread);
    return newThread(call, issueOf(call), name);
  }),
  route('POST /issues/{id}/messages/{message_id}/redact', 'middle', (call) => {
    const row = messageOf(call);
    const object = { ...row.object, message_html: '', file_urls: [] };
    return shown(call, 'issue_messages', call.state.store('issue_messages', object, { path: row.path }));
  }),
  route('DELETE /issues/{id}/messages/{message_id}', 'low', (call) =>
    removed(call, 'issue_messages', messageOf(call)),
  ),
];

interface Post {
  readonly message_html: string;
  readonly timestamp: string;
  readonly is_private: boolean;
  readonly user_id: string | undefined;
  readonly contact_id: string | undefined;
  readonly more?: Fields;
}

/** Adds a message to an issue; moves the issue's `latest_message_time`, not its `updated_at`. */
export function post(call: Call, issue: Row, { user_id, contact_id, more, ...message }: Post): Row {
  const row = call.state.store(
    'issue_messages',
    {
      id: call.state.newId('issue_messages'),
      source: 'manual',
      thread_id: null,
      file_urls: [],
      ...message,
      ...more,
      author: authorOf(call, user_id, contact_id),
    },
    { path: { issue_id: issue.key } },
  );
  call.state.store('issues', { ...issue.object, latest_message_time: message.timestamp }, { raw: issue.raw });
  return row;
}

function authorOf(call: Call, user_id: string | undefined, contact_id: string | undefined): Fields {
  if (user_id) {
    const user = referred(call, 'users', 'user_id', user_id);
    return { name: user.name, avatar_url: user.avatar_url, user: { id: user.id, email: user.email } };
  }
  if (contact_id) {
    const contact = referred(call, 'contacts', 'contact_id', contact_id);
    return {
      name: contact.name,
      avatar_url: contact.avatar_url,
      contact: { id: contact.id, email: contact.email },
    };
  }
  for (const { object } of call.state.tables.organizations.newest()) {
    return { name: 'API', avatar_url: '', user: object.user };
  }
  return { name: 'API', avatar_url: '' };
}

function messageOf(call: Call): Row {
  const row = rowOf(call, 'issue_messages', 'message_id');
  if (row.path.issue_id !== issueOf(call).key) throw notFound('issue message');
  return row;
}

function postNote(call: Call): Reply {
  const sent = bodyOf(call, note);
  const issue = issueOf(call);
  if (sent.thread_id && sent.message_id) {
    throw badRequest('thread_id and message_id cannot both be provided');
  }
  const message = post(call, issue, {
    message_html: sanitized(sent.body_html),
    timestamp: nowIn(call),
    is_private: true,
    user_id: sent.user_id,
    contact_id: undefined,
    more: { thread_id: threadOf(call, issue, sent), file_urls: sent.attachment_urls ?? [] },
  });
  return posted(message, issue);
}

const posted = (message: Row, issue: Row): Reply => ({
  is: 'object',
  resource: 'other',
  object: { id: message.key, issue_id: issue.key },
});

/** The thread named, that of the note named, the newest one synced with Slack, or a new one. */
function threadOf(call: Call, issue: Row, sent: z.output<typeof note>): unknown {
  const threads = call.state.tables.issue_threads.under(issue.key);
  if (sent.thread_id) {
    if (!threads.some((row) => row.key === sent.thread_id)) throw badRequest('thread_id: thread not found');
    return sent.thread_id;
  }
  if (sent.message_id) {
    const { object, path } = rowNamed(call, sent.message_id);
    if (path.issue_id !== issue.key || object.is_private !== true) {
      throw badRequest('message_id: not an internal note of this issue');
    }
    return object.thread_id;
  }
  const synced = threads.filter((row) => row.object.source === 'slack').at(-1);
  if (synced !== undefined) return synced.key;
  const made = newThread(call, issue, sent.thread_name);
  return made.is === 'object' ? made.object.id : null;
}

function rowNamed(call: Call, messageId: string): Row {
  const row = call.state.tables.issue_messages.get(messageId);
  if (row === undefined) throw badRequest('message_id: message not found');
  return row;
}

const newThread = (call: Call, issue: Row, name: string | undefined): Reply =>
  create(
    call,
    'issue_threads',
    { issue_id: issue.key, name: name || 'Internal', source: 'pylon', channel_id: null, thread_id: null },
    { issue_id: issue.key },
  );

function postReply(call: Call): Reply {
  const sent = bodyOf(call, reply);
  const issue = issueOf(call);
  const before = rowNamed(call, sent.message_id);
  if (before.path.issue_id !== issue.key || before.object.is_private === true) {
    throw badRequest('message_id: not a customer-visible message of this issue');
  }
  if (sent.user_id && sent.contact_id) throw badRequest('only one of user_id and contact_id can be provided');
  const { to_emails = [], cc_emails = [], bcc_emails = [] } = sent.email_info ?? {};
  const email = before.object.source === 'email';
  if (email && to_emails.length + cc_emails.length + bcc_emails.length === 0) {
    throw badRequest('email_info: at least one recipient is required');
  }
  const message = post(call, issue, {
    message_html: sanitized(sent.body_html),
    timestamp: nowIn(call),
    is_private: false,
    user_id: sent.user_id,
    contact_id: sent.contact_id,
    more: {
      source: before.object.source,
      file_urls: sent.attachment_urls ?? [],
      ...(email
        ? { email_info: { to_emails, cc_emails, bcc_emails, from_email: 'support@support.example' } }
        : {}),
    },
  });
  return posted(message, issue);
}
