import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExactNumber, maySpill, parseJson, toJson } from '../src/exact.ts';

/** Numbers that no double holds, and why. */
const SPILLING = [
  ['1533947986218845197', 'an integer above 2^53'],
  ['-9007199254740993', 'one below -2^53'],
  ['0.1000000000000000055511', 'a fraction of more digits'],
  ['1e400', 'more than the largest double'],
  ['-1E+400', 'the same, spelt otherwise'],
  ['1e-400', 'less than the smallest'],
  ['12345678901234567.25', 'an integer part of its own length'],
] as const;

const HOLDING = [
  '0',
  '-0',
  '7',
  '1.50',
  '0.1',
  '0.30000000000000004',
  '9007199254740992',
  '1e21',
  '1E+5',
  '123456789012345680000',
  '0.000',
  '1e-7',
  '5e-324',
];

describe('a number', () => {
  test.each(SPILLING)('%s keeps its digits: %s', (digits) => {
    for (const json of [digits, `[${digits}]`, `{"a":${digits}}`, `{"a":{"b":[1,${digits},"x"]},"c":2}`]) {
      expect(maySpill(json)).toBe(true);
      expect(toJson(parseJson(json))).toBe(json);
    }
    expect(parseJson(digits)).toBeInstanceOf(ExactNumber);
    expect(String(parseJson(digits))).toBe(digits);
  });

  test.each(HOLDING)('%s is one that a double holds', (digits) => {
    for (const json of [digits, `[1, ${digits}]`, `{"a": ${digits}\n}`]) {
      expect(maySpill(json)).toBe(false);
      expect(parseJson(json)).toEqual(JSON.parse(json));
    }
  });

  test('that not even Postgres has room for stays a text', () => {
    for (const digits of ['1e200000', '1e-20000', `0.${'1'.repeat(16_384)}`])
      expect(toJson(parseJson(`{"a":${digits}}`))).toBe(`{"a":"${digits}"}`);
  });

  test('is the same in any spelling', () => {
    const normalizedOf = (digits: string) => new ExactNumber(digits).normalized;
    expect(normalizedOf('1e400')).toBe(normalizedOf(`1${'0'.repeat(400)}.00`));
    expect(normalizedOf('1e400')).not.toBe(normalizedOf('-1e400'));
    expect(normalizedOf('9007199254740993')).toBe(normalizedOf('9007199254740993.0'));
  });
});

test('digits in texts and keys are left alone', () => {
  const json = String.raw`{"a":"x:1533947986218845197,","9007199254740993":"\\","b\"":"\\\"1e400","c":1533947986218845197,"__proto__":{"d":1e400},"d":[]}`;
  expect(toJson(parseJson(json))).toBe(json);
});

test('what is no JSON is refused as ever', () => {
  for (const json of [
    '{1533947986218845197: 1}',
    '[1e400',
    '1533947986218845197,',
    '"1e400',
    '[01533947986218845197]',
  ])
    expect(() => parseJson(json)).toThrow(SyntaxError);
});

test('any other JSON is what JSON.parse makes of it', () => {
  fc.assert(
    fc.property(fc.json(), (json) => void expect(parseJson(json)).toEqual(JSON.parse(json))),
    { numRuns: 500 },
  );
});

test('JSON.stringify, which has no way to write it, makes a text of it', () => {
  expect(JSON.stringify(parseJson('[1e400]'))).toBe('["1e400"]');
});
