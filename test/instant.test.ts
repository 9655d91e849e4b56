import { expect, test } from 'vitest';
import { epochOf, formatInstant } from '../src/instant.ts';

const NOON = Date.UTC(2026, 0, 31, 12);

test.each([
  ['RFC 3339', '2026-01-31T12:00:00Z', NOON],
  ['RFC 3339 in lower case', '2026-01-31t12:00:00z', NOON],
  ['RFC 3339 in another zone', '2026-01-31T14:30:00+02:30', NOON],
  ['a zone without its colon', '2026-01-31T14:30:00+0230', NOON],
  ['Postgres', '2026-01-31 12:00:00.25+00', NOON + 250],
  ['Postgres in another zone', '2026-01-31 07:00:00-05', NOON],
  ['no seconds', '2026-01-31T12:00Z', NOON],
])('an instant is read from %s: %s', (_, text, ms) => {
  expect(epochOf(text)).toBe(ms);
});

test.each([
  '',
  '2026-01-31',
  '2026-01-31T12:00:00',
  '2026-01-31 12:00 (a meeting)',
  ' 2026-01-31T12:00:00Z',
  '2026-01-31T12:00:00Z and then',
  '2026-13-31T12:00:00Z',
  '2026-01-31T25:00:00Z',
])('%j is no instant', (text) => {
  expect(epochOf(text)).toBeUndefined();
});

test('an instant is written in UTC and whole seconds', () => {
  expect(formatInstant(NOON + 999)).toBe('2026-01-31T12:00:00Z');
});
