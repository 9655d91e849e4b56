import { expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { resourceNamed, resources } from '../../src/resources/index.ts';

test('a resource is found by its name', () => {
  expect(resourceNamed('issue_messages').name).toBe('issue_messages');
});

test('an unknown name is refused with the name given and all that are taken', () => {
  expect(() => resourceNamed('tickets')).toThrow(UsageError);
  expect(() => resourceNamed('tickets')).toThrow(/"tickets"/);
  for (const { name } of resources) expect(() => resourceNamed('')).toThrow(name);
});
