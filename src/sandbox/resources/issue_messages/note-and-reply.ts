import { z } from 'zod';
import type { Row } from '../../data/rows.ts';
import { bodyOf, filled, texts, time } from '../../routes/body.ts';
import { sanitized } from '../../routes/html.ts';
import { badRequest } from '../../routes/refusal.ts';
import type { Call, Reply } from '../../routes/route.ts';
import { nowIn } from '../../routes/writes.ts';
import { newThread } from '../issue_threads/new.ts';
import { issueOf } from '../issues/find.ts';
import { post } from './post.ts';

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

const aiResponse = z.strictObject({
  ai_agent_id: filled,
  post_as_internal_note: z.boolean().exactOptional(),
});

export function postNote(call: Call): Reply {
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

/** An agent that knows no answer says so, and posts nothing. */
export function postAiResponse(call: Call): Reply {
  const { ai_agent_id, post_as_internal_note = false } = bodyOf(call, aiResponse);
  const issue = issueOf(call);
  const response_html = `<p>An answer of ${ai_agent_id}.</p>`;
  const nobody = { user_id: undefined, contact_id: undefined };
  if (post_as_internal_note)
    post(call, issue, {
      ...{ message_html: response_html, timestamp: nowIn(call), is_private: true },
      ...{ ...nobody, more: { file_urls: [] } },
    });
  return { is: 'done', more: { response_html, response_valid: true } };
}

const posted = (message: Row, issue: Row): Reply => ({
  is: 'object',
  resource: undefined,
  object: { id: message.key, issue_id: issue.key },
});

/**
 * The thread that the body names, or that of the note it names, else the newest one synced with Slack, else a
 * new one.
 */
function threadOf(call: Call, issue: Row, sent: z.output<typeof note>): unknown {
  const threads = call.state.table('issue_threads').under(issue.key);
  if (sent.thread_id) {
    if (!threads.some((row) => row.key === sent.thread_id)) throw badRequest('thread_id: thread not found');
    return sent.thread_id;
  }
  if (sent.message_id) {
    const { object, path } = messageNamed(call, sent.message_id);
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

function messageNamed(call: Call, messageId: string): Row {
  const row = call.state.table('issue_messages').get(messageId);
  if (row === undefined) throw badRequest('message_id: message not found');
  return row;
}

export function postReply(call: Call): Reply {
  const sent = bodyOf(call, reply);
  const issue = issueOf(call);
  const before = messageNamed(call, sent.message_id);
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
