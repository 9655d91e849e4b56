import { expect, test } from 'vitest';
import { policyBy, readConflicts } from '../../src/edits/conflicts.ts';

const GIVEN =
  'pylon, accounts=local issues.state=local,issues=hold,issues.custom_fields=pylon,issues.custom_fields.priority=local';

test.each([
  ['contacts', 'name', 'pylon'],
  ['accounts', 'name', 'local'],
  ['accounts', 'custom_fields.tier', 'local'],
  ['issues', 'title', 'hold'],
  ['issues', 'state', 'local'],
  ['issues', 'custom_fields.tier', 'pylon'],
  ['issues', 'custom_fields.priority', 'local'],
])('the policy given closest to %s.%s is %s', (resource, field, policy) => {
  const read = readConflicts(GIVEN);
  if (!('conflicts' in read)) throw new Error(read.wrong);
  expect(policyBy(read.conflicts)(resource, field)).toBe(policy);
});

test('without one for all, a person decides', () => {
  expect(readConflicts('issues=local')).toEqual({
    conflicts: { everywhere: 'hold', finer: { issues: 'local' } },
  });
});
