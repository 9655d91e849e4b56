import { describe, expect, test } from 'vitest';
import { canonicalJson, ordered, withoutNulls } from '../src/canonical.ts';
import { parseJson, toJson } from '../src/exact.ts';

describe('canonical JSON', () => {
  test.each<[string, string]>([
    ['{"b": 1, "a": {"d": 2, "c": 3}}', '{"a": {"c": 3, "d": 2}, "b": 1}'],
    ['{"a": 1, "b": null}', '{"a": 1}'],
    ['[1, null, {"a": null}]', '[1, {}]'],
    ['{"n": 12345678901234567890.50}', '{"n": 1234567890123456789050e-2}'],
    ['{"__proto__": 1, "a": 2}', '{"a": 2, "__proto__": 1}'],
  ])('is the same for %s and %s', (left, right) => {
    expect(canonicalJson(parseJson(left))).toBe(canonicalJson(parseJson(right)));
  });

  test.each<[string, string]>([
    ['{"a": [1, 2]}', '{"a": [2, 1]}'],
    ['{"a": "1"}', '{"a": 1}'],
    ['{"n": 12345678901234567890.5}', '{"n": 12345678901234567890.6}'],
    ['{"n": 12345678901234567890.5}', '{"n": "12345678901234567890.5"}'],
    ['{"__proto__": 1}', '{"__proto__": 2}'],
  ])('differs for %s and %s', (left, right) => {
    expect(canonicalJson(parseJson(left))).not.toBe(canonicalJson(parseJson(right)));
  });
});

test('what is ordered keeps its digits, its nulls and its keys, and is not copied where it is in order', () => {
  const value = parseJson('{"b": 12345678901234567890.5, "a": null, "__proto__": {"d": 1, "c": 2}}');
  expect(toJson(ordered(value))).toBe('{"__proto__":{"c":2,"d":1},"a":null,"b":12345678901234567890.5}');
  const inOrder = { a: [{ b: 1, c: 2 }] };
  expect(ordered(inOrder)).toBe(inOrder);
});

test('nulls are taken out at every depth, and nothing else is', () => {
  expect(withoutNulls({ a: null, b: [null, { c: null, d: '' }], e: 0, f: false })).toEqual({
    b: [{ d: '' }],
    e: 0,
    f: false,
  });
});
