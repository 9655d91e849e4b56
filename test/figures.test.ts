import { expect, test } from 'vitest';
import { count, duration, percent, plural } from '../src/format.ts';

test('a count is grouped by thousands', () => {
  expect([0, 999, 1_000, 1_234_567].map(count)).toEqual(['0', '999', '1,000', '1,234,567']);
});

test.each([
  [-1, '0s'],
  [0.4, '0s'],
  [59, '59s'],
  [59.6, '1m 00s'],
  [190, '3m 10s'],
  [3_599, '59m 59s'],
  [7_500, '2h 05m'],
  [86_400 * 3 + 4 * 3_600, '3d 04h'],
])('%f seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test('a share is rounded down until it is whole', () => {
  expect([0, 0.005, 0.629, 0.9999, 1].map(percent)).toEqual(['0 %', '0 %', '62 %', '99 %', '100 %']);
});

test('one is singular', () => {
  expect([plural(1, 'page'), plural(2, 'page'), plural(0, 'page')]).toEqual(['1 page', '2 pages', '0 pages']);
});
