import { describe, expect, test } from 'vitest';
import {
  ACTOR,
  emailOf,
  externalIds,
  fieldsOf,
  idOf,
  idsOf,
  leftOver,
  present,
  REFERENCE,
  shadowed,
} from '../../src/resources/fields.ts';

const WRONG = [null, undefined, 5, true, [], [1], ['x']];

describe('a reference', () => {
  test('has its id inside, or is the id', () => {
    expect(idOf({ id: 'a', email: 'e' })).toBe('a');
    expect(idOf('a')).toBe('a');
  });

  test('has an e-mail only as an object', () => {
    expect(emailOf({ id: 'a', email: 'e' })).toBe('e');
    expect(emailOf('e@b.example')).toBeUndefined();
  });

  test.each(WRONG)('of %j has neither', (wrong) => {
    expect([idOf(wrong), emailOf(wrong)]).toEqual([undefined, undefined]);
  });
});

describe('lists', () => {
  test('of references give their ids, without what has none', () => {
    expect(idsOf([{ id: 'a' }, 'b', null, 5, {}, { id: 7 }])).toEqual(['a', 'b']);
    expect(idsOf([])).toEqual([]);
  });

  test.each([null, undefined, 5, 'a', { id: 'a' }])('of references given as %j are none', (wrong) => {
    expect(idsOf(wrong)).toBeUndefined();
  });

  test('of external ids have an object for each, however they came', () => {
    const labelled = { external_id: 'crm-1', label: 'salesforce' };
    expect(externalIds([labelled, 'crm-2', 5])).toEqual([labelled, { external_id: 'crm-2' }, 5]);
    expect(externalIds(null)).toBeUndefined();
    expect(externalIds('crm-1')).toBeUndefined();
  });
});

test('nested fields are read from objects only', () => {
  expect(fieldsOf({ a: 1 })).toEqual({ a: 1 });
  for (const wrong of [...WRONG, 'text']) expect(fieldsOf(wrong)).toEqual({});
});

test('entries that hold nothing are left out, and none at all is undefined', () => {
  expect(present({ a: 0, b: null, c: undefined, d: '', e: false })).toEqual({ a: 0, d: '', e: false });
  expect(present({ a: null })).toBeUndefined();
});

describe('what is left over', () => {
  test('of a reference is what no column holds', () => {
    expect(leftOver({ id: 'a', email: 'e', name: 'N', gone: null }, REFERENCE)).toEqual({ name: 'N' });
    expect(leftOver({ id: 'a', email: 'e' }, REFERENCE)).toBeUndefined();
    expect(leftOver('a', REFERENCE)).toBeUndefined();
  });

  test('of an actor is looked for inside its references', () => {
    expect(leftOver({ user: { id: 'a', name: 'N' }, contact: 'c', kind: 'x' }, ACTOR)).toEqual({
      user: { name: 'N' },
      kind: 'x',
    });
  });

  test('of a value of a wrong type is the value', () => {
    expect(leftOver(5, REFERENCE)).toBe(5);
    expect(leftOver(['a'], REFERENCE)).toEqual(['a']);
    expect(leftOver('somebody', ACTOR)).toBe('somebody');
    expect(leftOver({ user: 5 }, ACTOR)).toEqual({ user: 5 });
    expect(leftOver(null, ACTOR)).toBeNull();
  });

  test('does not mistake inherited names for covered ones', () => {
    expect(leftOver({ constructor: 'x' }, REFERENCE)).toEqual({ constructor: 'x' });
  });
});

test('a value under an older name is left over only where the field itself is set', () => {
  const older = { title: 'name' };
  expect(shadowed({ title: 'A', name: 'B' }, older)).toEqual({ title: 'A' });
  expect(shadowed({ title: 'A', name: null }, older)).toEqual({});
  expect(present(shadowed({ name: 'B' }, older))).toBeUndefined();
});
