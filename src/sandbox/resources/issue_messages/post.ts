import type { Fields, Row } from '../../data/rows.ts';
import type { Call } from '../../routes/route.ts';
import { referred } from '../../routes/writes.ts';

interface Post {
  readonly message_html: string;
  readonly timestamp: string;
  readonly is_private: boolean;
  readonly user_id: string | undefined;
  readonly contact_id: string | undefined;
  readonly more?: Fields;
}

/** Adds a message to an issue. Sets the issue's `latest_message_time`, not its `updated_at`. */
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
  for (const { object } of call.state.table('organizations').newest()) {
    return { name: 'API', avatar_url: '', user: object.user };
  }
  return { name: 'API', avatar_url: '' };
}
