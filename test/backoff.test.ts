import { describe, expect, test } from 'vitest';
import { backoffMs, levelAfter, PATIENCE } from '../src/backoff.ts';

describe('waits between tries', () => {
  const growth = { baseMs: 100, capMs: 1_000 };

  test('double up to the cap, however many there were', () => {
    const waits = [1, 2, 3, 4, 5, 10_000].map((attempt) =>
      backoffMs({ ...growth, jitter: 'none' }, attempt, () => 0.5),
    );
    expect(waits).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  test.each([
    ['full', 0, 0],
    ['full', 0.25, 100],
    ['full', 1, 400],
    ['half', 0, 400],
    ['half', 0.25, 350],
    ['half', 1, 200],
    ['none', 1, 400],
  ] as const)('have %s jitter taken off: chance %d leaves %d of 400', (jitter, chance, left) => {
    expect(backoffMs({ ...growth, jitter }, 3, () => chance)).toBe(left);
  });

  test('have any part taken off by chance, unless something else is said', () => {
    const waits = Array.from({ length: 50 }, () => backoffMs(growth, 3));
    expect(Math.max(...waits)).toBeLessThanOrEqual(400);
    expect(new Set(waits).size).toBeGreaterThan(1);
  });
});

test('what fails is told louder the longer it fails, and sooner where nothing works at all', () => {
  const levels = [0, 9_999, 10_000, 59_999, 60_000, 599_999, 600_000, 3_599_999, 3_600_000].map((ms) => [
    levelAfter(ms, PATIENCE.process),
    levelAfter(ms, PATIENCE.piece),
    levelAfter(ms, PATIENCE.edit),
  ]);
  expect(levels).toEqual([
    ['info', 'info', 'info'],
    ['info', 'info', 'info'],
    ['warn', 'info', 'info'],
    ['warn', 'info', 'info'],
    ['error', 'warn', 'info'],
    ['error', 'warn', 'info'],
    ['error', 'error', 'warn'],
    ['error', 'error', 'warn'],
    ['error', 'error', 'error'],
  ]);
});
