import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alike, changedSet, fieldsIn, overlaid, same, valueIn, withField } from '../../src/edits/merge.ts';

describe('to Pylon', () => {
  test.each([
    ['null and an empty text', null, ''],
    ['null and an empty list', null, []],
    ['an absent value and an empty text', undefined, ''],
    ['an instant in two zones', '2026-05-01T12:00:00Z', '2026-05-01 14:00:00+02'],
    ['an instant with and without its milliseconds', '2026-05-01T12:00:00.000Z', '2026-05-01T12:00:00+00:00'],
    [
      'objects whose keys stand in another order',
      { a: 1, b: [{ c: 2, d: 3 }] },
      { b: [{ d: 3, c: 2 }], a: 1 },
    ],
    ['objects of which one names what it does not hold', { a: 1, b: null }, { a: 1 }],
  ])('%s are the same', (_, a, b) => {
    expect([same('value', a, b), same('value', b, a), alike('value', a, b)]).toEqual([true, true, true]);
  });

  test.each([
    ['false and null', false, null],
    ['zero and an empty text', 0, ''],
    ['texts that differ in case', 'a', 'A'],
    ['lists in another order', ['a', 'b'], ['b', 'a']],
    ['two instants', '2026-05-01T12:00:00Z', '2026-05-01T12:00:01Z'],
    ['an instant and a text that begins with it', '2026-05-01T12:00:00Z', '2026-05-01T12:00:00Z or so'],
    ['a date and its midnight', '2026-05-01', '2026-05-01T00:00:00Z'],
    ['objects that hold something else', { a: 1 }, { a: 2 }],
  ])('%s are not the same', (_, a, b) => {
    expect([same('value', a, b), same('value', b, a), alike('value', a, b)]).toEqual([false, false, false]);
  });

  test.each([
    ['a text without blanks at its ends', ' b\n', 'b'],
    ['an instant cut to its second', '2026-05-01T12:00:00.999Z', '2026-05-01T12:00:00Z'],
  ])('%s is what was sent, tidied', (_, a, b) => {
    expect([same('value', a, b), alike('value', a, b), alike('value', b, a)]).toEqual([false, true, true]);
  });

  test('sets in another order, and with one of them twice, are the same', () => {
    expect(same('set', ['a', 'b'], ['b', 'a', 'b'])).toBe(true);
    expect(same('set', ['a', 'b'], ['a'])).toBe(false);
    expect(same('set', null, [])).toBe(true);
  });
});

const items = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 4 });

test('an edit of a set adds what it adds, takes what it takes, and leaves the rest in its place', () => {
  fc.assert(
    fc.property(items, items, items, (base, wanted, onto) => {
      const made = changedSet(base, wanted, onto);
      const added = wanted.filter((item) => !base.includes(item));
      const taken = base.filter((item) => !wanted.includes(item));
      expect(new Set(made)).toEqual(new Set([...onto.filter((item) => !taken.includes(item)), ...added]));
      const kept = onto.filter((item) => made.includes(item));
      expect(made.slice(0, kept.length)).toEqual(kept);
      // Done twice, it is done.
      expect(changedSet(base, wanted, made)).toEqual(made);
    }),
    { numRuns: 1_000 },
  );
});

describe('custom fields', () => {
  const KINDS = { custom_fields: 'custom_fields' } as const;

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('may be called %s', (slug) => {
    const fields = (value: unknown) => ({
      custom_fields: JSON.parse(`{"${slug}": ${JSON.stringify(value)}}`),
    });
    const field = { column: 'custom_fields', slug };
    expect(valueIn({ custom_fields: {} }, field)).toBeUndefined();
    expect(valueIn(fields('x'), field)).toBe('x');
    expect(fieldsIn(fields('y'), { custom_fields: {} }, KINDS)).toEqual([
      { ...field, kind: 'value', base: undefined, wanted: 'y' },
    ]);
    expect(JSON.stringify(withField(fields('x'), { column: 'custom_fields', slug: 'plan' }, 'gold'))).toBe(
      `{"custom_fields":{"${slug}":"x","plan":"gold"}}`,
    );
    expect(JSON.stringify(withField(fields('x'), field, null))).toBe('{"custom_fields":{}}');
  });

  test.each([
    ['a list', ['a'], ['b'], 'set'],
    ['a list that is emptied', ['a'], null, 'set'],
    ['a list that was not set', undefined, ['a'], 'set'],
    ['a single value', 'a', 'b', 'value'],
    ['a single value in the place of a list', ['a'], 'b', 'value'],
    ['a list in the place of a single value', 'a', ['b'], 'value'],
  ])('%s: merged by element only where no side is a single value', (_, base, wanted, kind) => {
    const [field] = fieldsIn({ custom_fields: { s: wanted } }, { custom_fields: { s: base } }, KINDS);
    expect(field?.kind).toBe(kind);
  });

  test('that are unset are left out, and those that an edit does not name stay', () => {
    const row = { title: 'a', custom_fields: { plan: 'gold', tier: '1' } };
    const edits = [
      { changes: { custom_fields: { plan: null } }, base: { custom_fields: { plan: 'gold' } } },
      { changes: { custom_fields: { seats: '5', plans: [] } }, base: { custom_fields: {} } },
    ];
    expect(overlaid(row, edits, KINDS)).toEqual({ title: 'a', custom_fields: { tier: '1', seats: '5' } });
  });
});

test('a row shows its edits one after the other, over whatever Pylon holds', () => {
  const kinds = { title: 'value', tags: 'set' } as const;
  const edits = [
    { changes: { title: 'b', tags: ['a', 'b'] }, base: { title: 'a', tags: ['a'] } },
    { changes: { title: 'c', tags: ['b'] }, base: { title: 'b', tags: ['a', 'b'] } },
  ];
  expect(overlaid({ title: 'theirs', tags: ['a', 'z'], state: 'new' }, edits, kinds)).toEqual({
    title: 'c',
    tags: ['z', 'b'],
    state: 'new',
  });
});
