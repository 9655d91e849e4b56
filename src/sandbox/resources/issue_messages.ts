import type { Row } from '../data/rows.ts';
import { behind } from '../data/tables/memory.ts';
import { limitOf, pageOf, placeOf } from '../routes/pages.ts';
import { notFound, Refusal } from '../routes/refusal.ts';
import { type Call, param, type Reply, route, rowOf, shown } from '../routes/route.ts';
import { removed } from '../routes/writes.ts';
import type { Resource } from './define.ts';
import { issueOfMessage, messages } from './issue_messages/generate.ts';
import { postAiResponse, postNote, postReply } from './issue_messages/note-and-reply.ts';
import { issueChildren } from './issues/children.ts';
import { issueOf } from './issues/find.ts';
import { historyOf, messagesOf } from './issues/history.ts';

/** Notes and replies. There is no `POST /issues/{id}/messages`. */
export const issue_messages: Resource = {
  name: 'issue_messages',
  generate: (generator) => {
    const { seed } = generator;
    const { courseOf } = historyOf(generator);
    return {
      table: issueChildren(generator, {
        make: (index, issueId) => messages(generator, index, issueId, courseOf(index)),
        sizeOf: (index) => messagesOf(generator, index),
        issueOf: (key) => issueOfMessage(seed, key),
      }),
    };
  },
  routes: [
    route('GET /issues/{id}/messages', 'middle', listMessages, { whenEmpty: 'null', lastPageBare: true }),
    route('POST /issues/{id}/note', 'low', postNote),
    route('POST /issues/{id}/reply', 'low', postReply),
    route('POST /issues/{id}/ai-response', 'middle', postAiResponse),
    route('POST /issues/{id}/messages/{message_id}/redact', 'middle', (call) => {
      const row = messageOf(call);
      const object = { ...row.object, message_html: '', file_urls: [] };
      return shown(call, 'issue_messages', call.state.store('issue_messages', object, { path: row.path }));
    }),
    route('DELETE /issues/{id}/messages/{message_id}', 'low', (call) =>
      removed(call, 'issue_messages', messageOf(call)),
    ),
  ],
};

/** Oldest first; all in one answer without `limit` and `cursor`. */
function listMessages(call: Call): Reply {
  const { limit, cursor } = call.query;
  const place = placeOf(cursor);
  const size = limitOf(limit, { least: 1, most: 1_000, usual: cursor === undefined ? undefined : 100 });
  const issue = stillThere(call);
  const rows = call.state.table('issue_messages').under(issue.key);
  return pageOf(call, 'issue_messages', behind(rows, place, 'oldest'), size);
}

/** Pylon has been seen to answer a request for the messages of a deleted issue in three ways. */
function stillThere(call: Call): Row {
  try {
    return issueOf(call);
  } catch (error) {
    const id = param(call, 'id');
    const status = [404, 410, 400][id.charCodeAt(id.length - 1) % 3] ?? 404;
    if (!call.state.settings.traps) throw error;
    throw new Refusal(status, 'issue not found', status === 404 ? { code: 'not_found' } : {});
  }
}

function messageOf(call: Call): Row {
  const row = rowOf(call, 'issue_messages', 'message_id');
  if (row.path.issue_id !== issueOf(call).key) throw notFound('issue message');
  return row;
}
