import { z } from 'zod';
import type { Generator } from '../data/generator.ts';
import { mix, salt } from '../data/random.ts';
import type { Fields, Row } from '../data/rows.ts';
import { bodyOf, texts } from '../routes/body.ts';
import { type Call, listed, type Reply, route } from '../routes/route.ts';
import { reference } from '../routes/writes.ts';
import type { Resource } from './define.ts';
import { issueChildren } from './issues/children.ts';
import { allOfIssue, issueOf } from './issues/find.ts';
import { historyOf } from './issues/history.ts';

const follow = z.strictObject({
  user_ids: texts.exactOptional(),
  contact_ids: texts.exactOptional(),
  operation: z.enum(['add', 'remove']).default('add'),
});

/** The id of a follower is the id of the user or contact. */
export const issue_followers: Resource = {
  name: 'issue_followers',
  key: (object, path) => keyOf(path.issue_id ?? '', object),
  generate: (generator) => {
    const { id } = historyOf(generator);
    return {
      table: issueChildren(generator, {
        make: (index, issueId) => followersOf(generator, index, issueId),
        sizeOf: (index) => sizeOf(generator.seed, index),
        issueOf: (key) => id.indexOf(key.split(':')[0] ?? ''),
      }),
    };
  },
  routes: [
    route('GET /issues/{id}/followers', 'high', (call) => allOfIssue(call, 'issue_followers'), {
      whenEmpty: 'null',
    }),
    route('POST /issues/{id}/followers', 'middle', changeFollowers),
  ],
  community: {
    bodies: {
      'POST /issues/{id}/followers': ({ add_follower_ids, remove_follower_ids }) =>
        add_follower_ids === undefined
          ? { user_ids: remove_follower_ids, operation: 'remove' }
          : { user_ids: add_follower_ids, operation: 'add' },
    },
  },
};

const keyOf = (issueId: string, follower: Fields) => `${issueId}:${follower.type}:${follower.id}`;

const sizeOf = (seed: number, issue: number) => mix(seed, salt('followers'), issue) % 3;

/** No follower, a user, or a user and a contact. */
function followersOf({ seed, objects }: Generator, issue: number, issueId: string): Row[] {
  const [users, contacts] = [objects('users'), objects('contacts')];
  const all = [
    { id: users[issue % users.length]?.id, type: 'user' },
    { id: contacts[issue % contacts.length]?.id, type: 'contact' },
  ];
  return all.slice(0, sizeOf(seed, issue)).map((object, k) => ({
    key: keyOf(issueId, object),
    created: k,
    path: { issue_id: issueId },
    raw: false,
    object,
  }));
}

/** Answers with all followers after the change; the issue itself does not change. */
function changeFollowers(call: Call): Reply {
  const { user_ids = [], contact_ids = [], operation } = bodyOf(call, follow);
  const issue = issueOf(call);
  const table = call.state.table('issue_followers');
  const wanted: Fields[] = [
    ...user_ids.map((id) => ({ id: reference(call, 'users', 'user_ids', id).id, type: 'user' })),
    ...contact_ids.map((id) => ({ id: reference(call, 'contacts', 'contact_ids', id).id, type: 'contact' })),
  ];
  for (const follower of wanted) {
    if (operation === 'add') call.state.store('issue_followers', follower, { path: { issue_id: issue.key } });
    else table.delete(keyOf(issue.key, follower));
  }
  return listed(call, 'issue_followers', table.under(issue.key));
}
