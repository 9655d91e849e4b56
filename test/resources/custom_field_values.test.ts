import { expect, test } from 'vitest';
import { splitCustomFields } from '../../src/resources/custom_field_values.ts';

const split = (value: unknown) => {
  const { flat, rest } = splitCustomFields(value);
  return [flat, rest];
};

test('entries become slug and value, lists stay lists', () => {
  const fields = { tier: { slug: 'tier', value: 'gold' }, areas: { slug: 'areas', values: ['eu', 'us'] } };
  expect(split(fields)).toEqual([{ tier: 'gold', areas: ['eu', 'us'] }, undefined]);
});

test('unset fields are left out, empty text is not unset', () => {
  const fields = {
    a: { slug: 'a' },
    b: { slug: 'b', value: null },
    c: { slug: 'c', values: [] },
    d: null,
    e: { slug: 'e', value: '' },
    f: {},
  };
  expect(split(fields)).toEqual([{ e: '' }, undefined]);
});

test('an empty list or text beside the other one is no value', () => {
  expect(split({ a: { value: 'x', values: [] }, b: { value: '', values: ['y'] } })).toEqual([
    { a: 'x', b: ['y'] },
    undefined,
  ]);
});

test('raw values pass as they are', () => {
  const raw = { a: 'x', b: 4, c: false, d: ['x', 'y'], e: [] };
  expect(split(raw)).toEqual([raw, undefined]);
});

test('whatever else an entry says is left over, by slug', () => {
  expect(
    split({
      a: { slug: 'a', value: 'x', interpreted_value: 'X', note: null },
      b: { slug: 'other', value: 'y' },
      c: { slug: 'c', value: 'one', values: ['two'] },
      d: { slug: 'd', value: { deep: 1 } },
      e: { slug: 'e', values: [{ deep: 1 }] },
      f: { city: 'Porto' },
      g: [{ deep: 1 }],
      h: { slug: 'h', value: ['x'] },
    }),
  ).toEqual([
    { a: 'x', b: 'y', c: ['two'] },
    {
      a: { interpreted_value: 'X' },
      b: { slug: 'other' },
      c: { value: 'one' },
      d: { value: { deep: 1 } },
      e: { values: [{ deep: 1 }] },
      f: { city: 'Porto' },
      g: [{ deep: 1 }],
      h: { value: ['x'] },
    },
  ]);
});

test('a field of no object at all is left over whole', () => {
  expect(split([{ slug: 'a', value: 'x' }])).toEqual([{}, [{ slug: 'a', value: 'x' }]]);
  expect(split('x')).toEqual([{}, 'x']);
  expect(split(5)).toEqual([{}, 5]);
});

test('null and absent say nothing', () => {
  expect(split(null)).toEqual([undefined, undefined]);
  expect(split(undefined)).toEqual([undefined, undefined]);
  expect(split({})).toEqual([{}, undefined]);
});

test('a slug with a name that JavaScript treats specially is a slug like any other', () => {
  const [flat] = split(JSON.parse('{"__proto__": {"value": "x"}, "constructor": {"value": "y"}}'));
  expect(JSON.stringify(flat)).toBe('{"__proto__":"x","constructor":"y"}');
});
