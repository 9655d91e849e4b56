import { expect } from 'vitest';
import { resourceNamed } from '../../src/resources/index.ts';
import { countingRoundTrips } from '../helpers/round-trips.ts';
import { test } from '../helpers/session.ts';

test('a list of one page in which nothing has changed takes eight transactions', async ({ mirror }) => {
  const { session } = await mirror({ issues: 1 }, { resources: [resourceNamed('tags')] });
  const { result, asked } = await countingRoundTrips(() => session.lists());
  expect(result.get('tags')).toMatchObject({ state: 'done', pages: 1, inserted: 0, updated: 0 });
  // Where it stands; its beginning, its run and its scan; the page; what was locked; the judgement; the end.
  expect(asked.transactions).toBe(8);
});
