import { expect } from 'vitest';
import { test } from '../helpers/database.ts';
import { soak } from './soak.ts';
import { problemsOf } from './verdict.ts';

test('half an hour of the limits’ clock leaves the mirror equal and the daemon well', {
  timeout: 600_000,
}, async ({ database }) => {
  const seed = Date.now() % 1_000_000;
  const endured = await soak({ minutes: 0.5, seed, pace: 2, database: database.url });
  expect(problemsOf(endured, 0.5), `seed ${seed}`).toEqual([]);
  expect(endured.storms).toBeGreaterThan(0);
});
