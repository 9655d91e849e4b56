import { ids, mix, salt } from '../data/random.ts';
import type { Fields, Row } from '../data/rows.ts';
import { threadKey } from '../resources/issue_messages/generate.ts';
import { messagesOf } from '../resources/issues/history.ts';

/** `<issue>:<type>:<id>`: the id Pylon sends is the follower's own. */
export const followerKey = (issueId: string, follower: Fields) =>
  `${issueId}:${follower.type}:${follower.id}`;

export const followersOf = (seed: number, issue: number) => mix(seed, salt('followers'), issue) % 3;

/** None, one or two: a user, then a contact. */
export function followers(
  seed: number,
  issue: number,
  issueId: string,
  users: readonly Fields[],
  contacts: readonly Fields[],
): Row[] {
  const all = [
    { id: users[issue % users.length]?.id, type: 'user' },
    { id: contacts[issue % contacts.length]?.id, type: 'contact' },
  ];
  return all.slice(0, followersOf(seed, issue)).map((object, k) => ({
    key: followerKey(issueId, object),
    created: k,
    path: { issue_id: issueId },
    raw: false,
    object,
  }));
}

export const threadsOf = (seed: number, issue: number) => (messagesOf(seed, issue) > 3 ? 1 : 0);

/** A thread where an issue has an internal note; every third is synced with Slack. */
export function threads(seed: number, issue: number, issueId: string): Row[] {
  if (threadsOf(seed, issue) === 0) return [];
  const key = threadKey(seed, issue);
  const synced = issue % 3 === 0;
  const object = {
    id: key,
    issue_id: issueId,
    name: synced ? `#triage-${issue}` : 'Internal',
    source: synced ? 'slack' : 'pylon',
    channel_id: synced ? `C9${issue}` : null,
    thread_id: synced ? `17000${issue}.000100` : null,
  };
  return [{ key, created: 0, path: { issue_id: issueId }, raw: false, object }];
}

/** The index of the issue a thread id was made for. */
export const issueOfThread = (seed: number, key: string) => ids(seed, 'issue_threads').indexOf(key);
