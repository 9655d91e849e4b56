import { expect, test } from 'vitest';
import { planOf } from '../../src/sync/pass/estimate.ts';
import { newProgress, type ResourceProgress } from '../../src/sync/pass/progress.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const perMinute = (endpoint: string) => (endpoint === 'GET /issues' ? 27 : 108);
const resource = (name: string, endpoint: string, more: Partial<ResourceProgress>) => ({
  ...newProgress(name, endpoint),
  ...more,
});

test('the time left is that of the slowest endpoint, which is named', () => {
  const plan = planOf(
    [
      resource('issues', 'GET /issues', { state: 'running', covered: 0.5, remainingRequests: 27 }),
      resource('issue_messages', 'GET /issues/{id}/messages', {
        state: 'running',
        covered: 0.1,
        remainingRequests: 1_080,
      }),
      resource('tags', 'GET /tags', { state: 'done', covered: 1, remainingRequests: 0 }),
    ],
    perMinute,
    NOW,
  );
  expect(plan).toMatchObject({
    as_of: '2026-11-24T12:00:00.000Z',
    seconds_left: 600,
    bottleneck: 'GET /issues/{id}/messages',
    at_least: false,
  });
  expect(plan.endpoints.map(({ endpoint, seconds_left }) => [endpoint, seconds_left])).toEqual([
    ['GET /issues/{id}/messages', 600],
    ['GET /issues', 60],
  ]);
  expect(plan.resources.map(({ resource: name }) => name)).toEqual(['issues', 'issue_messages']);
});

test('resources that share an endpoint wait for it one after the other', () => {
  const shared = ['articles', 'article_translations'].map((name) =>
    resource(name, 'GET /knowledge-bases/{id}/articles', {
      state: 'running',
      covered: 0,
      remainingRequests: 54,
    }),
  );
  expect(planOf(shared, perMinute, NOW).seconds_left).toBe(60);
});

test('what cannot be told yet makes the plan a lower bound, and nothing left is said to be nothing', () => {
  const unknown = planOf([resource('issues', 'GET /issues', { state: 'running' })], perMinute, NOW);
  expect(unknown).toMatchObject({ seconds_left: null, bottleneck: null, at_least: true });
  expect(planOf([], perMinute, NOW)).toMatchObject({ seconds_left: 0, at_least: false });
});
