import { expect } from 'vitest';
import { resourceNamed } from '../../src/resources/index.ts';
import { fullSync } from '../../src/sync/runs/full-sync.ts';
import { test } from '../helpers/session.ts';

test('children are looked for once their parents are read, however long the pause between two looks', async ({
  mirror,
}) => {
  const resources = ['knowledge_bases', 'articles'].map(resourceNamed);
  const { session } = await mirror({ issues: 1, latencyMs: 100 }, { resources, isRead: false });
  const results = await fullSync(session.ctx, {
    ...{ kind: 'lists', resources, finished: 'again', windowDays: 30, overlapSeconds: 300 },
    parentLookMs: 3_600_000,
  });
  expect(results.map(({ state }) => state)).toEqual(['done', 'done']);
  expect(results.every(({ inserted }) => inserted > 0)).toBe(true);
});
