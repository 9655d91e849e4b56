import {
  type Action,
  attachmentUrls,
  fileUrl,
  inPath,
  optional,
  referring,
  required,
  type Trace,
} from '../actions.ts';

const issue = { record: 'issue_id' } as const;

const said: Trace = {
  ...{ by: 'child', resource: 'issue_messages', html: 'message_html', time: 'timestamp' },
  parameter: 'body_html',
};

export const actions: readonly Action[] = [
  {
    ...{ name: 'snooze_issue', ...issue, allow: 'update', method: 'POST', route: '/issues/{id}/snooze' },
    comment: 'Snoozes an issue until a time.',
    parameters: [{ name: 'until', type: 'timestamptz', field: 'snooze_until' }],
    ...{ answersRecord: true, repeatable: true },
  },
  ...(['add', 'remove'] as const).map(
    (operation): Action => ({
      ...{ name: operation === 'add' ? 'follow_issue' : 'unfollow_issue', ...issue, allow: 'update' },
      ...{ method: 'POST', route: '/issues/{id}/followers', constant: { operation } },
      comment: `${operation === 'add' ? 'Adds' : 'Removes'} followers of an issue, users and contacts.`,
      parameters: [
        referring('users', optional('user_ids', 'text[]')),
        referring('contacts', optional('contact_ids', 'text[]')),
      ],
      ...{ answersRecord: false, repeatable: true },
    }),
  ),
  ...(['link', 'unlink'] as const).map(
    (operation): Action => ({
      ...{ name: `${operation}_external_issue`, ...issue, allow: 'update' },
      ...{ method: 'POST', route: '/issues/{id}/external-issues', constant: { operation } },
      comment: `${operation === 'link' ? 'Links' : 'Unlinks'} an issue and one of another system (linear, jira, github, …).`,
      parameters: [required('source'), required('external_issue_id')],
      // To unlink what is not linked any more is refused: it is read back first.
      ...{ answersRecord: true, repeatable: operation === 'link' },
      ...(operation === 'unlink' && {
        trace: {
          ...{ by: 'unlisted', list: 'external_issues' },
          where: { source: 'source', external_id: 'external_issue_id' },
        },
      }),
    }),
  ),
  {
    ...{ name: 'add_note', ...issue, allow: 'message', method: 'POST', route: '/issues/{id}/note' },
    comment: 'Adds an internal note to an issue.',
    parameters: [
      ...[required('body_html'), referring('users', optional('user_id'))],
      referring('issue_threads', optional('thread_id')),
      ...[referring('issue_messages', optional('message_id')), attachmentUrls],
    ],
    ...{ answersRecord: false, repeatable: false, trace: said },
  },
  {
    ...{ name: 'reply_to_issue', ...issue, allow: 'message', method: 'POST', route: '/issues/{id}/reply' },
    comment: 'Replies to a message of an issue: this reaches the customer.',
    parameters: [
      ...[referring('issue_messages', required('message_id')), required('body_html')],
      ...[referring('users', optional('user_id')), referring('contacts', optional('contact_id'))],
      ...[optional('email_info', 'jsonb'), attachmentUrls],
    ],
    ...{ answersRecord: false, repeatable: false, trace: said },
  },
  {
    ...{ name: 'add_thread', ...issue, allow: 'create', method: 'POST', route: '/issues/{id}/threads' },
    comment: 'Adds an internal thread to an issue.',
    parameters: [required('name')],
    ...{ answersRecord: false, repeatable: false },
  },
  {
    ...{ name: 'request_ai_response', ...issue, allow: 'message', method: 'POST' },
    route: '/issues/{id}/ai-response',
    comment:
      'Has an AI agent answer an issue, as an internal note where asked; edit_results returns what it says in remote.',
    parameters: [required('ai_agent_id'), optional('post_as_internal_note', 'boolean')],
    ...{ answersRecord: false, repeatable: false, keepsAnswer: true },
  },
  {
    ...{ name: 'redact_message', ...issue, allow: 'delete', method: 'POST' },
    route: '/issues/{id}/messages/{message_id}/redact',
    comment: 'Takes the content of a message away, for good.',
    parameters: [inPath('message_id', 'issue_messages')],
    ...{ answersRecord: false, repeatable: true },
  },
  {
    ...{ name: 'delete_message', ...issue, allow: 'delete', method: 'DELETE' },
    route: '/issues/{id}/messages/{message_id}',
    comment: 'Deletes a message, for good.',
    parameters: [inPath('message_id', 'issue_messages')],
    ...{ answersRecord: false, repeatable: true },
  },
  {
    ...{ name: 'upload_attachment', allow: 'create', method: 'POST', route: '/attachments', form: true },
    comment:
      'Uploads a file, or has Pylon fetch one from an address, to be attached: edit:17 in attachment_urls is the file that edit 17 uploads.',
    parameters: [
      ...[
        optional('file', 'bytea'),
        { ...optional('file_name'), field: null },
        fileUrl,
        optional('description'),
      ],
    ],
    ...{ oneOf: ['file', 'file_url'], needs: { file: 'file_name' }, makes: 'address' },
    // A file that nothing names is seen nowhere.
    ...{ answersRecord: false, repeatable: true },
  },
];
