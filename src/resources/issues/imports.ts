import {
  type Action,
  attachmentUrls,
  customFields,
  objects,
  optional,
  type Parameter,
  referring,
  required,
} from '../actions.ts';

const messages: Parameter = {
  ...objects('messages', [
    ...[required('body_html'), { name: 'is_private', type: 'boolean' } as const],
    ...[optional('created_at', 'timestamptz'), referring('users', optional('user_id'))],
    ...[referring('contacts', optional('contact_id')), attachmentUrls],
  ]),
  apart: ['user_id', 'contact_id'],
};

/**
 * Imports take state, times and numbers as given, and reach nobody. Pylon has no key by which a repeated import would be
 * recognised, so each says by what it is found after a lost answer.
 */
export const imports: readonly Action[] = [
  {
    ...{ name: 'import_issue', allow: 'import', method: 'POST', route: '/import/issues' },
    comment:
      'Imports an issue with its messages, as it was in another system: nobody is written to. messages is a list of {"body_html", "is_private", "created_at", "user_id" or "contact_id", "attachment_urls"}.',
    parameters: [
      ...[required('title'), required('state'), messages],
      ...[optional('created_at', 'timestamptz'), optional('issue_number', 'bigint')],
      ...[referring('accounts', optional('account_id')), referring('contacts', optional('requester_id'))],
      ...[referring('users', optional('assignee_id')), referring('teams', optional('team_id'))],
      ...[optional('tags', 'text[]'), customFields, optional('updated_at', 'timestamptz')],
      ...[optional('first_response_time', 'timestamptz'), optional('resolution_time', 'timestamptz')],
      {
        ...objects('external_issues', [required('source'), required('external_issue_id')]),
        optional: true,
      },
      {
        ...optional('external_refs', 'jsonb'),
        members: [optional('zendesk_ticket_id'), optional('intercom_conversation_id')],
      },
      attachmentUrls,
    ],
    makes: {
      ...{ search: '/issues/search', filter: 'created_at' },
      ...{ by: ['title', 'created_at'], key: 'issue_number' },
    },
    ...{ answersRecord: true, repeatable: false, keepsAnswer: true },
  },
  {
    ...{ name: 'import_messages', record: 'issue_id', allow: 'import', method: 'POST' },
    route: '/import/issues/{id}/messages',
    comment:
      'Imports messages onto an issue: nobody is written to. messages is a list as import_issue takes it.',
    parameters: [messages],
    ...{ answersRecord: false, repeatable: false },
    trace: {
      ...{ by: 'children', resource: 'issue_messages', html: 'message_html', time: 'timestamp' },
      parameter: 'messages',
    },
  },
];
