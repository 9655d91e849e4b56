import { expect, test } from 'vitest';
import { PermanentError } from '../../src/errors.ts';
import { unwrapObject } from '../../src/pylon/answer.ts';

const answer = (body: unknown) => ({
  ...{ status: 200, bytes: 0, date: undefined, body },
  order: { asked: 0n, answered: 1n },
});

test('an object is found in data, or bare', () => {
  expect(unwrapObject(answer({ data: { id: 'a' }, request_id: 'r' }))).toEqual({ id: 'a' });
  expect(unwrapObject(answer({ data: {}, request_id: 'r' }))).toEqual({});
  expect(unwrapObject(answer({ id: 'a', name: 'b' }))).toEqual({ id: 'a', name: 'b' });
});

test.each([
  [undefined, 'empty'],
  [null, 'null'],
  ['words that are nobody’s business', 'a string'],
  [[{ id: 'a' }], 'a list'],
  [{ request_id: 'r' }, 'an object with request_id'],
  [{ data: null, id: 'a' }, 'an object with data, id'],
  [{ data: [{ id: 'a' }] }, 'an object with data'],
])('what holds no object is described without its content: %o', (body, described) => {
  expect(() => unwrapObject(answer(body))).toThrow(PermanentError);
  expect(() => unwrapObject(answer(body))).toThrow(`an object was expected, the answer is ${described}`);
});
