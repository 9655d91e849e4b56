import type { Sandbox } from '../../src/sandbox/start.ts';

/** The n-th object of a resource, as Pylon has it. */
export const one = ({ world }: Sandbox, resource: string, place = 0) =>
  [...world.all(resource)][place] ?? {
    object: {} as Record<string, unknown>,
    path: {} as Record<string, unknown>,
  };

export const idOf = (sandbox: Sandbox, resource: string, place = 0) =>
  String(one(sandbox, resource, place).object.id);

/** The id of a highlight of the first account, made by somebody else. */
const highlightIn = (sandbox: Sandbox): string => {
  const account_id = idOf(sandbox, 'accounts');
  const made = sandbox.world.create(
    'account_highlights',
    { account_id, content_html: '<p>Old</p>' },
    { account_id },
  );
  return String(made.id);
};

export const all = (sandbox: Sandbox, resource: string) => [...sandbox.world.all(resource)];

/** Calls of each action on a workspace, and what Pylon and the mirror show then. */
export const CALLS: Readonly<
  Record<
    string,
    (s: Sandbox) => {
      readonly given: readonly unknown[];
      readonly there: () => unknown;
      readonly here?: string;
    }
  >
> = {
  snooze_issue: (s) => ({
    given: [idOf(s, 'issues'), '2027-01-02T03:04:05Z'],
    there: () => one(s, 'issues').object.snoozed_until_time === '2027-01-02T03:04:05Z',
    here: `SELECT snoozed_until_time = '2027-01-02T03:04:05Z' FROM pylon.issues WHERE id = '${idOf(s, 'issues')}'`,
  }),
  follow_issue: (s) => ({
    given: [idOf(s, 'issues'), [idOf(s, 'users')], [idOf(s, 'contacts')]],
    there: () =>
      [`user:${idOf(s, 'users')}`, `contact:${idOf(s, 'contacts')}`].every((who) =>
        all(s, 'issue_followers').some(
          ({ object, path }) => path.issue_id === idOf(s, 'issues') && `${object.type}:${object.id}` === who,
        ),
      ),
    here: `SELECT count(*) = 1 FROM pylon.issue_followers WHERE issue_id = '${idOf(s, 'issues')}' AND user_id = '${idOf(s, 'users')}'`,
  }),
  link_external_issue: (s) => ({
    given: [idOf(s, 'issues'), 'linear', 'ENG-1'],
    there: () => JSON.stringify(one(s, 'issues').object.external_issues).includes('ENG-1'),
    here: `SELECT external_issues::text LIKE '%ENG-1%' FROM pylon.issues WHERE id = '${idOf(s, 'issues')}'`,
  }),
  add_note: (s) => ({
    given: [idOf(s, 'issues'), '<p>Noted</p>'],
    there: () =>
      all(s, 'issue_messages').some(
        ({ object }) => object.message_html === '<p>Noted</p>' && object.is_private,
      ),
    here: "SELECT count(*) = 1 FROM pylon.issue_messages WHERE message_html = '<p>Noted</p>' AND is_private",
  }),
  reply_to_issue: (s) => {
    const { object, path } = one(s, 'issue_messages');
    return {
      given: [path.issue_id, object.id, '<p>Answered</p>'],
      there: () => all(s, 'issue_messages').some(({ object }) => object.message_html === '<p>Answered</p>'),
    };
  },
  add_thread: (s) => ({
    given: [idOf(s, 'issues'), 'War room'],
    there: () => all(s, 'issue_threads').some(({ object }) => object.name === 'War room'),
    here: "SELECT count(*) = 1 FROM pylon.issue_threads WHERE name = 'War room'",
  }),
  redact_message: (s) => {
    const { object, path } = one(s, 'issue_messages');
    return {
      given: [path.issue_id, object.id],
      there: () =>
        all(s, 'issue_messages').some((m) => m.object.id === object.id && m.object.message_html === ''),
      here: `SELECT message_html = '' FROM pylon.issue_messages WHERE id = '${object.id}'`,
    };
  },
  delete_message: (s) => {
    const { object, path } = one(s, 'issue_messages');
    return {
      given: [path.issue_id, object.id],
      there: () => !all(s, 'issue_messages').some((m) => m.object.id === object.id),
      here: `SELECT _deleted_at IS NOT NULL FROM pylon.issue_messages WHERE id = '${object.id}'`,
    };
  },
  add_highlight: (s) => ({
    given: [idOf(s, 'accounts'), '<p>Renews in May</p>', '2027-05-01T00:00:00Z'],
    there: () => one(s, 'account_highlights').object.content_html === '<p>Renews in May</p>',
    // Nothing else says the id.
    here: "SELECT length(remote ->> 'id') > 10 AND remote ->> 'content_html' = '<p>Renews in May</p>' FROM pylon_sync.edits",
  }),
  edit_highlight: (s) => ({
    given: [idOf(s, 'accounts'), highlightIn(s), '<p>Renewed</p>'],
    there: () => one(s, 'account_highlights').object.content_html === '<p>Renewed</p>',
  }),
  delete_highlight: (s) => ({
    given: [idOf(s, 'accounts'), highlightIn(s)],
    there: () => all(s, 'account_highlights').length === 0,
  }),
  add_activity: (s) => ({
    given: [
      idOf(s, 'accounts'),
      one(s, 'activity_types').object.slug,
      '<p>Signed</p>',
      '2026-11-01T00:00:00Z',
    ],
    there: () => one(s, 'account_activities').object.body_html === '<p>Signed</p>',
    here: "SELECT remote ->> 'body_html' = '<p>Signed</p>' FROM pylon_sync.edits",
  }),
  request_ai_response: (s) => ({
    given: [idOf(s, 'issues'), 'agent-1', true],
    there: () => all(s, 'issue_messages').some(({ object }) => `${object.message_html}`.includes('agent-1')),
    here: `SELECT remote = '{"response_html": "<p>An answer of agent-1.</p>", "response_valid": true}' FROM pylon_sync.edits`,
  }),
  request_article_review: (s) => {
    const { object, path } = one(s, 'articles');
    return {
      given: [path.knowledge_base_id, object.id, [idOf(s, 'users')]],
      there: () => JSON.stringify(s.world.get('articles', `${object.id}`)?.approval_info).includes('pending'),
    };
  },
  add_training_text: (s) => {
    const id = idOf(s, 'training_data');
    return {
      given: [id, 'How to restart a depot.', 'restart.txt', 'runbook-9'],
      there: () => JSON.stringify(s.world.get('training_data', id)).includes('restart.txt'),
      here: `SELECT documents @> '[{"external_id": "runbook-9"}]' FROM pylon.training_data WHERE id = '${id}'`,
    };
  },
  set_account_logo: (s) => ({
    given: [idOf(s, 'accounts'), 'https://logo.example/a.png'],
    there: () => true,
  }),
  set_subaccounts: (s) => ({ given: [idOf(s, 'accounts'), [idOf(s, 'accounts', 1)]], there: () => true }),
  set_feature_request_visibility: (s) => {
    const id = idOf(s, 'feature_requests');
    const account = idOf(s, 'accounts', 2);
    return {
      given: [id, [account], true],
      there: () => JSON.stringify(one(s, 'feature_requests').object).includes(account),
      here: `SELECT '${account}' = ANY (portal_visible_to_account_ids) FROM pylon.feature_requests WHERE id = '${id}'`,
    };
  },
  merge_accounts: (s) => {
    const loser = idOf(s, 'accounts', 1);
    return {
      given: [idOf(s, 'accounts'), [loser]],
      there: () => !all(s, 'accounts').some(({ object }) => object.id === loser),
    };
  },
  add_task_comment: (s) => ({
    given: [idOf(s, 'tasks'), '<p>On it</p>', true],
    there: () => all(s, 'task_comments').some(({ object }) => object.body_html === '<p>On it</p>'),
    here: "SELECT count(*) = 1 FROM pylon.task_comments WHERE body_html = '<p>On it</p>' AND is_internal",
  }),
  edit_task_comment: (s) => {
    const { object, path } = one(s, 'task_comments');
    return {
      given: [path.task_id, object.id, '<p>Better</p>'],
      there: () => all(s, 'task_comments').some(({ object }) => object.body_html === '<p>Better</p>'),
      here: `SELECT body_html = '<p>Better</p>' FROM pylon.task_comments WHERE id = '${object.id}'`,
    };
  },
  delete_task_comment: (s) => {
    const { object, path } = one(s, 'task_comments');
    return {
      given: [path.task_id, object.id],
      there: () => !all(s, 'task_comments').some((c) => c.object.id === object.id),
    };
  },
  edit_article_translation: (s) => {
    const { object, path } = one(s, 'article_translations');
    const [article, language] = [String(object.id).split(':')[0], path.language];
    return {
      given: [path.knowledge_base_id, article, language, 'Titel'],
      there: () => all(s, 'article_translations').some(({ object }) => object.title === 'Titel'),
    };
  },
  redirect_route: (s) => {
    const { object, path } = one(s, 'articles');
    return { given: [path.knowledge_base_id, '/old', 'article', object.id], there: () => true };
  },
  upload_attachment: (s) => ({
    given: [Buffer.from('PDF'), 'a.pdf'],
    there: () => one(s, 'attachments').object.name === 'a.pdf',
    here: "SELECT remote ->> 'url' LIKE 'https://%/a.pdf' AND NOT EXISTS (SELECT FROM pylon_sync.files) FROM pylon_sync.edits",
  }),
  upload_account_file: (s) => ({
    given: [idOf(s, 'accounts'), null, null, 'https://files.example/b.png'],
    there: () => one(s, 'attachments').object.account_id === idOf(s, 'accounts'),
    here: "SELECT remote #>> '{data,0,name}' = 'b.png' FROM pylon_sync.edits",
  }),
  upload_training_files: (s) => ({
    given: [idOf(s, 'training_data'), [Buffer.from('# A'), Buffer.from('# B')], ['a.md', 'b.md'], ['x', 'y']],
    there: () => JSON.stringify(one(s, 'training_data').object.documents).includes('"file_name":"b.md"'),
    here: `SELECT documents::text LIKE '%b.md%' FROM pylon.training_data WHERE id = '${idOf(s, 'training_data')}'`,
  }),
  delete_training_documents: (s) => {
    const { object } = all(s, 'training_data').find(
      ({ object }) => Array.isArray(object.documents) && object.documents.length > 1,
    ) ?? { object: {} as Record<string, unknown> };
    const documents = object.documents as readonly Record<string, unknown>[];
    return {
      given: [object.id, documents.map(({ id }) => id)],
      there: () => JSON.stringify(s.world.get('training_data', String(object.id))?.documents) === '[]',
      here: `SELECT documents = '[]' FROM pylon.training_data WHERE id = '${object.id}'`,
    };
  },
  import_contact: (s) => ({
    given: ['Old Friend', 'old@friend.example', idOf(s, 'accounts')],
    there: () => all(s, 'contacts').some(({ object }) => object.email === 'old@friend.example'),
    here: "SELECT count(*) = 1 FROM pylon.contacts WHERE name = 'Old Friend' AND id NOT LIKE 'local-%'",
  }),
  import_issue: (s) => ({
    given: ['Old one', 'closed', JSON.stringify([{ body_html: '<p>Long ago</p>', is_private: false }])],
    there: () =>
      all(s, 'issues').some(({ object }) => object.title === 'Old one' && object.state === 'closed'),
    here: "SELECT count(*) = 1 FROM pylon.issues JOIN pylon.issue_messages ON issue_id = issues.id WHERE title = 'Old one' AND message_html = '<p>Long ago</p>'",
  }),
  import_messages: (s) => ({
    given: [
      idOf(s, 'issues'),
      JSON.stringify([{ body_html: '<p>Then</p>', is_private: true, created_at: '2019-01-02T03:04:05Z' }]),
    ],
    there: () => all(s, 'issue_messages').some(({ object }) => object.message_html === '<p>Then</p>'),
    here: "SELECT count(*) = 1 FROM pylon.issue_messages WHERE timestamp = '2019-01-02T03:04:05Z' AND is_private",
  }),
  set_macro_conditions: (s) => ({
    given: [idOf(s, 'macros'), JSON.stringify({ field: 'state', operator: 'equals', value: 'new' })],
    there: () => true,
  }),
};
