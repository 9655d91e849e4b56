import { type Action, fileUrl, optional, referring, required } from '../actions.ts';

const account = { record: 'account_id' } as const;
const highlight = { name: 'highlight_id', type: 'text', field: null } as const;

/**
 * Highlights are shown on an account and cannot be read. The answer is kept with the edit, since only it has
 * the id with which a highlight can be changed later.
 */
export const shown: readonly Action[] = [
  {
    ...{ name: 'add_highlight', ...account, allow: 'create', method: 'POST' },
    route: '/accounts/{id}/highlights',
    comment: 'Adds a highlight to an account; edit_results returns its id in remote.',
    parameters: [required('content_html'), optional('expires_at', 'timestamptz')],
    ...{ answersRecord: false, repeatable: false, keepsAnswer: true },
  },
  {
    ...{ name: 'edit_highlight', ...account, allow: 'update', method: 'PATCH' },
    route: '/accounts/{id}/highlights/{highlight_id}',
    comment: 'Changes a highlight of an account.',
    parameters: [highlight, optional('content_html'), optional('expires_at', 'timestamptz')],
    ...{ answersRecord: false, repeatable: true, keepsAnswer: true },
  },
  {
    ...{ name: 'delete_highlight', ...account, allow: 'delete', method: 'DELETE' },
    route: '/accounts/{id}/highlights/{highlight_id}',
    comment: 'Deletes a highlight of an account, for good.',
    parameters: [highlight],
    ...{ answersRecord: false, repeatable: true },
  },
  {
    ...{ name: 'add_activity', ...account, allow: 'create', method: 'POST' },
    route: '/accounts/{id}/activities',
    comment: 'Reports an activity of an account: slug is that of one of the activity_types.',
    parameters: [
      ...[required('slug'), optional('body_html'), optional('happened_at', 'timestamptz')],
      ...[referring('users', optional('user_id')), referring('contacts', optional('contact_id'))],
      ...[optional('link'), optional('link_text')],
    ],
    ...{ answersRecord: false, repeatable: false, keepsAnswer: true },
  },
  {
    ...{ name: 'upload_account_file', ...account, allow: 'create', method: 'POST', form: true },
    route: '/accounts/{id}/files',
    comment: 'Adds a file to an account, or has Pylon fetch one from an address.',
    parameters: [optional('file', 'bytea'), { ...optional('file_name'), field: null }, fileUrl],
    ...{ oneOf: ['file', 'file_url'], needs: { file: 'file_name' } },
    ...{ answersRecord: false, repeatable: false, keepsAnswer: true },
  },
];
