import { expect, test } from 'vitest';
import { resourceNamed } from '../../src/resources/index.ts';
import { FACTS, payload, stored } from './payloads.ts';

/** What the descriptor derives, without what came out undefined. */
function derived(name: string, object = payload(name)) {
  const result = resourceNamed(name).derive?.(object, FACTS[name] ?? {}) ?? {};
  return Object.fromEntries(Object.entries(result).filter(([, value]) => value !== undefined));
}

const CUSTOM_FIELDS = { priority: 'high', region: 'emea', modules: ['routing', 'billing'], seats: '250' };

test('an issue keeps its references as columns and its custom fields flat', () => {
  const { account, requester, assignee, team, parent_issue_group } = payload('issues') as Record<
    string,
    { id: string }
  >;
  expect(derived('issues')).toEqual({
    account_id: account?.id,
    requester_id: requester?.id,
    requester_email: 'jo@kestrel-freight.example',
    assignee_id: assignee?.id,
    assignee_email: 'mia.brandt@fernhill.example',
    team_id: team?.id,
    parent_issue_id: parent_issue_group?.id,
    parent_issue_number: 4101,
    slack_channel_id: 'C07KESTREL',
    slack_message_ts: '1782718872.001900',
    slack_workspace_id: 'T01FERN',
    chat_widget_page_url: 'https://kestrel.example/labels',
    custom_fields: CUSTOM_FIELDS,
    _extra: { custom_fields: { region: { interpreted_value: 'Europe' } } },
  });
});

test('a reference that is null or a bare id is read as such', () => {
  const { row, extra } = stored('issues', { id: 'i1', account: 'a1', requester: null, team: { id: 't1' } });
  expect([row, extra]).toEqual([{ id: 'i1', account_id: 'a1', team_id: 't1' }, null]);
});

test('a reference of a wrong type is kept in _extra', () => {
  const { row, extra } = stored('issues', { id: 'i1', account: 5, assignee: { id: 7 }, slack: 'C1' });
  expect([row, extra]).toEqual([{ id: 'i1' }, { account: 5, assignee_id: 7, slack: 'C1' }]);
});

test('the user of the token is kept with the organization', () => {
  expect(derived('organizations', { id: 'o1', user: { id: 'u1' } })).toEqual({ user_id: 'u1' });
});

test('a user without role_id takes it from the role', () => {
  expect(derived('users', { id: 'u1', role: { id: 'r1', name: 'Admin', slug: 'admin' } })).toEqual({
    role_id: 'r1',
  });
});

test('a team lists the ids of its users beside the users', () => {
  expect(
    stored('teams', { id: 't1', users: [{ id: 'u1', email: 'a@b.example' }, { id: 'u2' }] }).row,
  ).toEqual({
    id: 't1',
    user_ids: '{"u1","u2"}',
    users: [{ id: 'u1', email: 'a@b.example' }, { id: 'u2' }],
  });
});

test('the author of a message is a user or a contact', () => {
  const object = {
    id: 'm1',
    author: { name: 'Jo', contact: { id: 'c1', email: 'jo@b.example' }, bot: true },
  };
  expect(derived('issue_messages', object)).toEqual({
    author_name: 'Jo',
    author_contact_id: 'c1',
    author_contact_email: 'jo@b.example',
    _extra: { author: { bot: true } },
  });
});

test('the assignee of a task is a user or a contact', () => {
  expect(derived('tasks', { id: 't1', assignee: { contact: { id: 'c1' } }, assignee_id: 'c1' })).toEqual({
    assignee_contact_id: 'c1',
    _extra: { assignee_id: 'c1' },
  });
});

test('a status is keyed by its slug', () => {
  expect(stored('issue_statuses', { slug: 'on_hold', label: 'On hold' }).row).toEqual({
    id: 'on_hold',
    slug: 'on_hold',
    label: 'On hold',
  });
});

test('a follower is keyed by the issue, the type and the id', () => {
  const user = stored('issue_followers', { id: 'u1', type: 'user' }).row;
  const bot = stored('issue_followers', { id: 'b1', type: 'bot' }).row;
  expect(user).toEqual({ id: 'issue-1:user:u1', issue_id: 'issue-1', type: 'user', user_id: 'u1' });
  expect(bot).toEqual({ id: 'issue-1:bot:b1', issue_id: 'issue-1', type: 'bot' });
});

test('a follower whose type is no text is kept all the same', () => {
  const { row, extra } = stored('issue_followers', { id: 'u1', type: { toString: 'x' } });
  expect([row, extra]).toEqual([
    { id: 'issue-1:unknown:u1', issue_id: 'issue-1' },
    { type: { toString: 'x' } },
  ]);
});

test('a translation is keyed by the article and the language that was asked for', () => {
  expect(stored('article_translations', { id: 'art-1', title: 'Titel' }).row).toEqual({
    id: 'art-1:de',
    article_id: 'art-1',
    language: 'de',
    knowledge_base_id: 'knowledge_base-1',
    title: 'Titel',
  });
});

test('translations are listed in every language but the default one', () => {
  const { pull } = resourceNamed('article_translations');
  const variants = pull.by === 'parent' ? pull.variants : undefined;
  const languages = ['en', 'de', 'pt-BR'];
  expect(variants?.({ default_language: 'en', supported_languages: languages })).toEqual([
    { language: 'de' },
    { language: 'pt-BR' },
  ]);
  expect(variants?.({ default_language: 'en', supported_languages: ['en'] })).toEqual([]);
  expect(variants?.({ default_language: null, supported_languages: null })).toEqual([]);
});
