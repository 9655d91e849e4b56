import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findHints } from '../../src/http/hints.ts';
import { webhookNames } from '../../src/resources/index.ts';

const hintsIn = (body: unknown) => findHints(body, webhookNames);

const found = (body: unknown) => hintsIn(body).map(({ resource, id }) => `${resource} ${id}`);

describe('records are found', () => {
  test.each<[what: string, body: unknown, expected: readonly string[]]>([
    ['in the documented form', { object: 'issue', id: 'i1' }, ['issues i1']],
    [
      'of every kind',
      { object: 'Account', id: 'a1', also: { object: 'contact', id: 'c1' } },
      ['accounts a1', 'contacts c1'],
    ],
    ['in an object of their own', { issue: { id: 'i1', title: 'x' } }, ['issues i1']],
    [
      'in a field for the id',
      { issue_id: 'i1', accountId: 'a1', contact_ids: ['c1', 'c2'] },
      ['issues i1', 'accounts a1', 'contacts c1', 'contacts c2'],
    ],
    ['as texts', { issue: 'i1', issues: ['i2'] }, ['issues i1', 'issues i2']],
    ['in lists', [{ object: 'issue', id: 'i1' }, { issues: [{ id: 'i2' }] }], ['issues i1', 'issues i2']],
    [
      'within others',
      { event: { data: { issue: { id: 'i1', account: { id: 'a1' } } } } },
      ['issues i1', 'accounts a1'],
    ],
    ['once each', { issue_id: 'i1', issue: { id: 'i1' } }, ['issues i1']],
  ])('%s', (_what, body, expected) => {
    expect(found(body)).toEqual(expected);
  });
});

describe('no record is found', () => {
  test.each<[what: string, body: unknown]>([
    ['in nothing', null],
    ['in a text', 'i1'],
    ['in an id alone', { id: 'i1' }],
    ['in another object', { object: 'team', id: 't1' }],
    [
      'in what only sounds like one',
      { object: 'constructor', id: 'x', tissue_id: 'x', issue_type: 'x', object_type: 'issue' },
    ],
    [
      'in what is no id',
      {
        issue_id: '',
        account_id: 7,
        contact_id: null,
        issues: [['i1'], {}, ' ', 'a b', 'a/b', '.', '..', 'ü', 'x'.repeat(129)],
      },
    ],
    ['deeper than any body has to be', JSON.parse(`${'['.repeat(13)}{"issue_id":"i1"}${']'.repeat(13)}`)],
  ])('%s', (_what, body) => {
    expect(found(body)).toEqual([]);
  });
});

test('at most a hundred are taken', () => {
  const ids = Array.from({ length: 1_000 }, (_, number) => `i${number}`);
  expect(hintsIn({ issue_ids: ids })).toHaveLength(100);
});

test('whatever the JSON, it takes no offence, and finds what could be asked for', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), (body) => {
      for (const { resource, id } of hintsIn(body)) {
        expect(['issues', 'accounts', 'contacts']).toContain(resource);
        expect(new URL(`https://api.example/${resource}/${id}`).pathname).toBe(`/${resource}/${id}`);
      }
    }),
  );
});

/** JSON with the fields that are looked at. */
const { body: nearly } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.oneof(fc.string(), fc.constantFrom('issue', 'i1', '..', 'a/b'), fc.integer(), fc.constant(null)),
    tie('body'),
    fc.array(tie('value'), { maxLength: 4 }),
  ),
  body: fc.dictionary(
    fc.constantFrom(
      'object',
      'id',
      'issue',
      'issues',
      'account_id',
      'contact',
      '__proto__',
      'constructor',
      'x',
    ),
    tie('value'),
    { maxKeys: 5 },
  ),
}));

test('an issue is found beside anything else that it may be sent with', () => {
  fc.assert(
    fc.property(nearly, fc.uuid(), (body, id) => {
      expect(found({ issue_id: id, body: JSON.parse(JSON.stringify(body)) })).toContain(`issues ${id}`);
    }),
  );
});

test('a body as deep as can be sent is looked through without a fall', () => {
  const deep = JSON.parse(`${'{"issue":'.repeat(100_000)}1${'}'.repeat(100_000)}`);
  expect(hintsIn(deep)).toEqual([]);
});
