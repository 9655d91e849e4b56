import { expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { ENDPOINTS } from '../../src/pylon/limits/endpoints.ts';
import { documentedLimits, parseLimits } from '../../src/pylon/limits/limits.ts';
import { documented } from './documented.ts';

const LEGACY: Readonly<Record<number, number>> = { 30: 10, 120: 20, 300: 60 };

const parse = (content: unknown) =>
  parseLimits('limits.json', () => (typeof content === 'string' ? content : JSON.stringify(content)));

function problemOf(content: unknown): string {
  try {
    parse(content);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  throw new Error('it was taken');
}

test('every documented endpoint has its limit of today and of before, and no other is known', () => {
  const current = documentedLimits('current');
  const legacy = documentedLimits('legacy');
  expect(current.intervalMs).toBe(60_000);
  expect(documented.map(({ endpoint }) => [endpoint, current.of(endpoint), legacy.of(endpoint)])).toEqual(
    documented.map(({ endpoint, perMinute }) => [endpoint, perMinute, LEGACY[perMinute]]),
  );
  // Those of the document of July 2026, and one that came later.
  expect(documented).toHaveLength(137);
  expect(ENDPOINTS.size).toBe(137);
});

test('an endpoint that is not documented has the lowest limit', () => {
  expect(documentedLimits('current').of('GET /meetings')).toBe(30);
  expect(documentedLimits('legacy').of('GET /meetings')).toBe(10);
});

test('what placeholders are called makes no difference to a limit', () => {
  const limits = parse({ limits: { 'GET /issues/{issue_id}/messages': 7 } });
  expect(limits.of('GET /issues/{id}/messages')).toBe(7);
});

test('the words current and legacy need no file', () => {
  const unread = () => expect.unreachable('no file is read');
  expect(parseLimits('current', unread).of('GET /issues')).toBe(30);
  expect(parseLimits('legacy', unread).of('GET /issues')).toBe(10);
});

test('a file sets the limits it names and leaves the others their tier of today', () => {
  const limits = parse({ interval_ms: 500, limits: { 'GET /issues': 45 } });
  expect(limits.intervalMs).toBe(500);
  expect(limits.of('GET /issues')).toBe(45);
  expect(limits.of('POST /issues')).toBe(30);
  expect(limits.of('GET /accounts')).toBe(300);
  expect(parse({}).intervalMs).toBe(60_000);
});

test('a file that is away or no JSON is refused with its path, the reason and what is taken', () => {
  const away = () => {
    throw new Error('ENOENT: no such file or directory');
  };
  expect(() => parseLimits('curent', away)).toThrow(
    /^curent: cannot be read as JSON \(ENOENT.*\); it takes current, legacy, or the path of a file like \{/,
  );
  expect(problemOf('{"limits": ')).toMatch(/^limits\.json: cannot be read as JSON \(/);
});

test('a value that is none is named', () => {
  expect(problemOf({ limits: { 'GET /issues': 'many' } })).toContain('(given "many")');
  expect(problemOf({ interval_ms: -5 })).toContain('(given -5)');
});

test('an unknown endpoint is refused with the one that was probably meant', () => {
  expect(problemOf({ limits: { 'GET /issue': 5 } })).toContain(
    'no endpoint "GET /issue", did you mean "GET /issues"?',
  );
  expect(problemOf({ limits: { 'POST /issues/serch': 5 } })).toContain('"POST /issues/search"?');
  expect(problemOf({ limits: { 'get /me': 5 } })).toContain('"GET /me"?');
});

test.each([
  ['zero', { limits: { 'GET /issues': 0 } }, 'GET /issues'],
  ['a negative limit', { limits: { 'GET /issues': -1 } }, 'GET /issues'],
  ['half a request', { limits: { 'GET /issues': 1.5 } }, 'GET /issues'],
  ['a limit in words', { limits: { 'GET /issues': 'many' } }, 'GET /issues'],
  ['an interval of nothing', { interval_ms: 0 }, 'interval_ms'],
  ['an interval in words', { interval_ms: '1m' }, 'interval_ms'],
  ['a key of its own making', { interval: 60 }, 'interval'],
  ['a list', [], 'expected object'],
])('a file with %s is refused, naming the place', (_, content, place) => {
  const problem = problemOf(content);
  expect(problem).toContain('limits.json: ');
  expect(problem).toContain(place);
  expect(problem).toContain('; it takes current, legacy, or the path of a file');
  expect(problem).not.toContain('\n');
});
