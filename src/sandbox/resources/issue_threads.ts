import { z } from 'zod';
import type { Generator } from '../data/generator.ts';
import { ids } from '../data/random.ts';
import type { Row } from '../data/rows.ts';
import { bodyOf } from '../routes/body.ts';
import { route } from '../routes/route.ts';
import type { Resource } from './define.ts';
import { newThread, threadKey } from './issue_threads/new.ts';
import { issueChildren } from './issues/children.ts';
import { allOfIssue, issueOf } from './issues/find.ts';
import { messagesOf } from './issues/history.ts';

const creation = z.strictObject({ name: z.string().exactOptional() });

export const issue_threads: Resource = {
  name: 'issue_threads',
  generate: (generator) => ({
    table: issueChildren(generator, {
      make: (index, issueId) => threads(generator, index, issueId),
      sizeOf: (index) => sizeOf(generator, index),
      issueOf: (key) => ids(generator.seed, 'issue_threads').indexOf(key),
    }),
  }),
  routes: [
    route('GET /issues/{id}/threads', 'middle', (call) => allOfIssue(call, 'issue_threads'), {
      whenEmpty: 'absent',
    }),
    route('POST /issues/{id}/threads', 'middle', (call) => {
      const { name } = bodyOf(call, creation);
      return newThread(call, issueOf(call), name);
    }),
  ],
};

const sizeOf = (generator: Generator, issue: number) => (messagesOf(generator, issue) > 3 ? 1 : 0);

/** A thread for each issue with an internal note; every third is synced with Slack. */
function threads(generator: Generator, issue: number, issueId: string): Row[] {
  if (sizeOf(generator, issue) === 0) return [];
  const key = threadKey(generator.seed, issue);
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
