import { index, text } from 'drizzle-orm/pg-core';
import { defineResource, mirrorTable } from './define.ts';
import { idText } from './fields.ts';

export const table = mirrorTable(
  'issue_followers',
  {
    id: text().primaryKey(),
    issue_id: text(),
    type: text(),
    user_id: text(),
    contact_id: text(),
  },
  (column) => [
    index('issue_followers_issue_id').on(column.issue_id),
    index('issue_followers_user_id').on(column.user_id),
    index('issue_followers_contact_id').on(column.contact_id),
  ],
);

/**
 * Who follows an issue. The id Pylon sends is the follower's, so the key is `<issue>:<type>:<id>`.
 * Older answers list users and name no type.
 */
export const issueFollowers = defineResource({
  name: 'issue_followers',
  about: 'Who follows which issue, one row per issue and person.',
  table,
  words: {
    id: 'Made of issue, kind and person: <issue>:<type>:<id>.',
    type: 'user or contact.',
  },
  note: 'the key is `<issue>:<type>:<id>`',
  pull: {
    by: 'parent',
    parent: 'issues',
    path: '/issues/{id}/followers',
    mark: ['updated_at'],
    foreignKey: 'issue_id',
  },
  refers: { issue_id: 'issues', user_id: 'users', contact_id: 'contacts' },
  derive: (follower, facts) => {
    const type = follower.type ?? 'user';
    const kind = typeof type === 'string' ? type : 'unknown';
    const person = idText(follower.id);
    return {
      id: person === undefined ? undefined : `${facts.issue_id}:${kind}:${person}`,
      type,
      user_id: type === 'user' ? person : undefined,
      contact_id: type === 'contact' ? person : undefined,
    };
  },
});
