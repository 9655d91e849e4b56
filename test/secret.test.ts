import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { concealing, Secret } from '../src/secret.ts';

const TOKEN = 'pylon_api_0123456789';

describe('a secret', () => {
  const secret = new Secret(TOKEN);

  test('gives its text to who asks for it', () => {
    expect(secret.reveal()).toBe(TOKEN);
  });

  test.each([
    ['inspect', inspect({ secret }, { depth: 9, showHidden: true })],
    ['JSON', JSON.stringify({ secret })],
    ['a template', `${secret}`],
    ['its own keys', JSON.stringify(Object.entries(secret))],
  ])('is not shown by %s', (_how, shown) => {
    expect(shown).not.toContain(TOKEN);
  });
});

describe('concealing', () => {
  test('blacks out a token wherever it stands, as JSON quotes it too', () => {
    const conceal = concealing([new Secret('tok"en-value')]);
    expect(conceal('a tok"en-value and tok"en-value')).toBe('a *** and ***');
    expect(conceal(JSON.stringify({ error: 'tok"en-value' }))).toBe('{"error":"***"}');
  });

  test('blacks out the password of an address and leaves the same word alone elsewhere', () => {
    const conceal = concealing([new Secret('postgres://pylon:pylon@db:5432/pylon')]);
    expect(conceal('postgres://pylon:pylon@db:5432/pylon failed')).toBe(
      'postgres://pylon:***@db:5432/pylon failed',
    );
  });

  test.each([
    ['postgres://pylon:/s3cretpw@db:5432/pylon', 'postgres://pylon:***@db:5432/pylon'],
    [
      'postgres://db/pylon?user=pylon&password=s3cretpw&a=b',
      'postgres://db/pylon?user=pylon&password=***&a=b',
    ],
  ])('blacks out the password of an address wherever it has one', (address, shown) => {
    expect(concealing([new Secret(address)])(`${address} failed`)).toBe(`${shown} failed`);
  });

  test('blacks out what follows the host of a web address', () => {
    const conceal = concealing([
      new Secret('https://hooks.example.com/services/T0/B0/XYZ?a=b'),
      new Secret('http://proxy:3128/'),
    ]);
    expect(
      conceal('no answer from https://hooks.example.com/services/T0/B0/XYZ?a=b by http://proxy:3128/'),
    ).toBe('no answer from https://hooks.example.com/*** by http://proxy:3128/');
  });

  test('has nothing to do without secrets', () => {
    expect(concealing([undefined, new Secret(''), new Secret('postgres://db/pylon')])('all of it')).toBe(
      'all of it',
    );
  });
});
