import { expect, test } from 'vitest';
import { stored } from './payloads.ts';

/** Objects in the shapes of older documents of the API, the row each becomes, and what stays in `_extra`. */
const OLDER: readonly [string, Record<string, unknown>, Record<string, unknown>, unknown][] = [
  [
    'accounts',
    {
      id: 'a1',
      owner: { id: 'u1' },
      external_ids: ['crm-1', 'crm-2'],
      custom_fields: { tier: 'gold', seats: 4 },
    },
    {
      id: 'a1',
      owner_id: 'u1',
      external_ids: [{ external_id: 'crm-1' }, { external_id: 'crm-2' }],
      custom_fields: { tier: 'gold', seats: 4 },
    },
    null,
  ],
  [
    'contacts',
    { id: 'c1', account_id: 'a1', created_at: '2026-01-01T00:00:00Z' },
    { id: 'c1', account_id: 'a1' },
    { created_at: '2026-01-01T00:00:00Z' },
  ],
  [
    'issues',
    { id: 'i1', priority: 'urgent', team: { id: 't1' }, external_issues: [{ external_id: 'X-1' }] },
    { id: 'i1', team_id: 't1', external_issues: [{ external_id: 'X-1' }] },
    { priority: 'urgent' },
  ],
  [
    'issue_followers',
    { id: 'u1', email: 'u1@b.example' },
    { id: 'issue-1:user:u1', issue_id: 'issue-1', type: 'user', user_id: 'u1' },
    { email: 'u1@b.example' },
  ],
  [
    'custom_fields',
    { id: 'f1', slug: 'tier', options: ['gold', 'silver'] },
    { id: 'f1', slug: 'tier' },
    { options: ['gold', 'silver'] },
  ],
  [
    'knowledge_bases',
    { id: 'k1', name: 'Help', slug: 'help' },
    { id: 'k1', title: 'Help', slug: 'help' },
    null,
  ],
  [
    'articles',
    { id: 'r1', body_html: '<p>x</p>', published: false, updated_at: '2026-01-01T00:00:00Z' },
    {
      id: 'r1',
      knowledge_base_id: 'knowledge_base-1',
      current_draft_content_html: '<p>x</p>',
      is_published: false,
      last_edited_at: '2026-01-01T00:00:00Z',
    },
    null,
  ],
  [
    'article_translations',
    { id: 'r1', body_html: '<p>y</p>', published: true },
    {
      id: 'r1:de',
      article_id: 'r1',
      language: 'de',
      knowledge_base_id: 'knowledge_base-1',
      current_draft_content_html: '<p>y</p>',
      is_published: true,
    },
    null,
  ],
  [
    'tasks',
    { id: 't1', description: 'Call', account_id: 'a1', project_id: 'p1', assignee_id: 'u1' },
    { id: 't1', body_html: 'Call', account_id: 'a1', project_id: 'p1', assignee_user_id: 'u1' },
    null,
  ],
  [
    'projects',
    { id: 'p1', title: 'Rollout', description: 'All depots', account_id: 'a1', status: 'open' },
    { id: 'p1', name: 'Rollout', description_html: 'All depots', account_id: 'a1' },
    { status: 'open' },
  ],
  [
    'milestones',
    { id: 'm1', title: 'Live', project_id: 'p1' },
    { id: 'm1', name: 'Live', project_id: 'p1' },
    null,
  ],
  [
    'teams',
    { id: 't1', users: [{ id: 'u1' }] },
    { id: 't1', user_ids: '{"u1"}', users: [{ id: 'u1' }] },
    null,
  ],
];

test.each(OLDER)('%s are read in their older shape', (resource, object, row, extra) => {
  expect(stored(resource, object)).toEqual({ row, extra });
});

test.each([
  ['knowledge_bases', { id: 'k1', title: 'Help', name: 'help-centre' }, 'title', { name: 'help-centre' }],
  ['articles', { id: 'r1', is_published: true, published: false }, 'is_published', { published: false }],
  ['tasks', { id: 't1', body_html: 'Call', description: 'Ring' }, 'body_html', { description: 'Ring' }],
  ['projects', { id: 'p1', name: 'Rollout', title: 'Roll-out' }, 'name', { title: 'Roll-out' }],
  ['milestones', { id: 'm1', name: 'Live', title: 'Go live' }, 'name', { title: 'Go live' }],
] as const)('%s with a field under both names keep both', (resource, object, field, extra) => {
  const result = stored(resource, object);
  expect(result.row[field]).toBe((object as Record<string, unknown>)[field]);
  expect(result.extra).toEqual(extra);
});
