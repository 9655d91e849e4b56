import type { Allowed } from './allowed.ts';
import { sendable } from './body.ts';
import type { Values } from './merge.ts';

/** A parameter of an action's function. */
export interface Parameter {
  readonly name: string;
  readonly type: 'text' | 'text[]' | 'timestamptz' | 'boolean' | 'jsonb';
  /** Where it goes: a field of the body (default: of its name), or only into the path. */
  readonly field?: string | null;
  readonly optional?: true;
  /** The resource whose record, or records, it names: whoever calls must see them, where row security is on. */
  readonly of?: string;
}

/** Something Pylon does that is no column: a function in SQL, a request to Pylon. */
export interface Action {
  /** The function's name in schema `pylon`. */
  readonly name: string;
  readonly comment: string;
  readonly resource: string;
  /** The parameter that names the record, the first one. */
  readonly record: string;
  /** What lets it be sent (`PYLON_SYNC_ALLOW`). */
  readonly allow: Allowed;
  readonly parameters: readonly Parameter[];
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  /** `{id}` is the record, other placeholders are parameters. */
  readonly route: string;
  /** Fields that are always sent. */
  readonly constant?: Values;
  /** Whether the answer is the record itself; otherwise the record is read again, with what hangs on it. */
  readonly answersRecord: boolean;
  /**
   * Whether doing it twice is as good as once. What is not is never sent again once an answer was lost: a person
   * has to look.
   */
  readonly repeatable: boolean;
}

const text = (name: string): Parameter => ({ name, type: 'text' });
const optional = (name: string, type: Parameter['type'] = 'text'): Parameter => ({
  name,
  type,
  optional: true,
});
const inPath = (name: string, of?: string): Parameter => ({
  ...{ name, type: 'text', field: null },
  ...(of === undefined ? {} : { of }),
});
const naming = (of: string, parameter: Parameter): Parameter => ({ ...parameter, of });

const issue = { resource: 'issues', record: 'issue_id' } as const;
const account = { resource: 'accounts', record: 'account_id' } as const;
const task = { resource: 'tasks', record: 'task_id' } as const;
const base = { resource: 'knowledge_bases', record: 'knowledge_base_id' } as const;

/** All of them; the functions, their grants and the requests are made from this list. */
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
        naming('users', optional('user_ids', 'text[]')),
        naming('contacts', optional('contact_ids', 'text[]')),
      ],
      ...{ answersRecord: false, repeatable: true },
    }),
  ),
  ...(['link', 'unlink'] as const).map(
    (operation): Action => ({
      ...{ name: `${operation}_external_issue`, ...issue, allow: 'update' },
      ...{ method: 'POST', route: '/issues/{id}/external-issues', constant: { operation } },
      comment: `${operation === 'link' ? 'Links' : 'Unlinks'} an issue and one of another system (linear, jira, github, …).`,
      parameters: [text('source'), text('external_issue_id')],
      // To unlink what is not linked any more is refused: it is read back first.
      ...{ answersRecord: true, repeatable: operation === 'link' },
    }),
  ),
  {
    ...{ name: 'add_note', ...issue, allow: 'message', method: 'POST', route: '/issues/{id}/note' },
    comment: 'Adds an internal note to an issue.',
    parameters: [
      ...[text('body_html'), naming('users', optional('user_id'))],
      naming('issue_threads', optional('thread_id')),
      naming('issue_messages', optional('message_id')),
    ],
    ...{ answersRecord: false, repeatable: false },
  },
  {
    ...{ name: 'reply_to_issue', ...issue, allow: 'message', method: 'POST', route: '/issues/{id}/reply' },
    comment: 'Replies to a message of an issue: this reaches the customer.',
    parameters: [
      ...[naming('issue_messages', text('message_id')), text('body_html')],
      ...[naming('users', optional('user_id')), naming('contacts', optional('contact_id'))],
      optional('email_info', 'jsonb'),
    ],
    ...{ answersRecord: false, repeatable: false },
  },
  {
    ...{ name: 'add_thread', ...issue, allow: 'create', method: 'POST', route: '/issues/{id}/threads' },
    comment: 'Adds an internal thread to an issue.',
    parameters: [text('name')],
    ...{ answersRecord: false, repeatable: false },
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
    ...{ name: 'set_account_logo', ...account, allow: 'update', method: 'PATCH', route: '/accounts/{id}' },
    comment: 'Sets the logo of an account, which Pylon takes and does not show.',
    parameters: [text('logo_url')],
    ...{ answersRecord: true, repeatable: true },
  },
  {
    ...{ name: 'set_subaccounts', ...account, allow: 'update', method: 'PATCH', route: '/accounts/{id}' },
    comment: 'Sets the accounts below an account, which Pylon takes and does not show.',
    parameters: [{ name: 'subaccount_ids', type: 'text[]', of: 'accounts' }],
    ...{ answersRecord: true, repeatable: true },
  },
  {
    ...{ name: 'merge_accounts', ...account, record: 'into', allow: 'delete', method: 'POST' },
    route: '/accounts/merge',
    comment: 'Merges accounts into one, which keeps their issues and contacts; the others are gone for good.',
    parameters: [{ name: 'ids', type: 'text[]', field: 'merge_account_ids', of: 'accounts' }],
    ...{ answersRecord: true, repeatable: false },
  },
  {
    ...{ name: 'add_task_comment', ...task, allow: 'message', method: 'POST', route: '/tasks/{id}/comments' },
    comment: 'Comments on a task; unless it is internal, the customer may see it.',
    parameters: [text('body_html'), optional('is_internal', 'boolean')],
    ...{ answersRecord: false, repeatable: false },
  },
  {
    ...{ name: 'edit_task_comment', ...task, allow: 'update', method: 'PATCH' },
    route: '/tasks/{id}/comments/{comment_id}',
    comment: 'Changes a comment on a task.',
    parameters: [inPath('comment_id', 'task_comments'), text('body_html')],
    ...{ answersRecord: false, repeatable: true },
  },
  {
    ...{ name: 'delete_task_comment', ...task, allow: 'delete', method: 'DELETE' },
    route: '/tasks/{id}/comments/{comment_id}',
    comment: 'Deletes a comment on a task, for good.',
    parameters: [inPath('comment_id', 'task_comments')],
    ...{ answersRecord: false, repeatable: true },
  },
  {
    ...{ name: 'edit_article_translation', ...base, allow: 'update', method: 'PATCH' },
    route: '/knowledge-bases/{id}/articles/{article_id}',
    comment: 'Changes an article in one of its other languages, and publishes that if asked to.',
    parameters: [
      ...[inPath('article_id', 'articles'), text('language'), optional('title'), optional('body_html')],
      { name: 'publish', type: 'boolean', field: 'publish_updated_body_html', optional: true },
    ],
    ...{ answersRecord: false, repeatable: true },
  },
  {
    ...{ name: 'redirect_route', ...base, allow: 'create', method: 'POST' },
    route: '/knowledge-bases/{id}/route-redirects',
    comment: 'Redirects a path of a knowledge base to an article or a collection.',
    parameters: [text('from_path'), text('object_type'), text('object_id'), optional('language')],
    ...{ answersRecord: false, repeatable: false },
  },
  {
    ...{ name: 'set_macro_conditions', resource: 'macros', record: 'macro_id', allow: 'update' },
    ...{ method: 'PATCH', route: '/macros/{id}' },
    comment: 'Sets when a macro is offered, which Pylon takes and does not show.',
    parameters: [{ name: 'conditions', type: 'jsonb' }],
    ...{ answersRecord: true, repeatable: true },
  },
];

/** The action of a name; throws for one that this version does not know. */
export function actionNamed(name: unknown): Action {
  const found = actions.find((action) => action.name === name);
  if (found === undefined) throw new TypeError(`no action is named ${String(name)}`);
  return found;
}

/** What may be taken up where these kinds are allowed: operations, and names of actions. */
export const allowedWork = (allow: readonly string[]): readonly string[] => [
  ...allow,
  ...actions.filter((action) => allow.includes(action.allow)).map(({ name }) => name),
];

/** The request of an action: its path's values and its body. */
export function requestOf(
  { method, route, parameters, constant, resource }: Action,
  record: string,
  given: Values,
): { readonly params: Readonly<Record<string, string>>; readonly body: Values | undefined } {
  const body: Record<string, unknown> = { ...constant };
  const params: Record<string, string> = { id: record };
  for (const { name, field = name } of parameters) {
    if (given[name] == null) continue;
    if (field === null) params[name] = String(given[name]);
    else body[field] = given[name];
  }
  if (resource === 'accounts' && route === '/accounts/merge') body.merge_into_account_id = record;
  const used = [...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
  return {
    params: Object.fromEntries(used.map((name) => [name, params[name] ?? ''])),
    body: method === 'DELETE' || Object.keys(body).length === 0 ? undefined : sendable(body),
  };
}
