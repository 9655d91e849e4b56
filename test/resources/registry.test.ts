import { expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { referringTo, resourceNamed, resources } from '../../src/resources/index.ts';

test('a resource is found by its name', () => {
  expect(resourceNamed('issue_messages').name).toBe('issue_messages');
});

test('an unknown name is refused with the name given and all that are taken', () => {
  expect(() => resourceNamed('tickets')).toThrow(UsageError);
  expect(() => resourceNamed('tickets')).toThrow(/"tickets"/);
  for (const { name } of resources) expect(() => resourceNamed('')).toThrow(name);
});

test('what refers to a record, and can be asked for, is known by its references', () => {
  const referring = (name: string) =>
    referringTo(resourceNamed(name)).map(([resource, column]) => `${resource.name}.${column}`);
  expect(referring('user_roles')).toEqual(['users.role_id']);
  expect(referring('macro_groups')).toEqual(['macros.macro_group_id']);
  expect(referring('accounts')).toEqual([
    ...['contacts.account_id', 'issues.account_id', 'tasks.account_id'],
    ...['projects.account_id', 'milestones.account_id', 'call_recordings.account_id'],
  ]);
});
