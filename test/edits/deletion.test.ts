import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/edits/conflicts.ts';
import { comparedColumns, type Deleting, planDeletion } from '../../src/edits/deletion.ts';
import { accounts } from '../../src/resources/accounts.ts';
import { resources } from '../../src/resources/index.ts';
import { issues } from '../../src/resources/issues.ts';

const KNOWN = {
  title: 'One',
  state: 'new',
  tags: ['a', 'b'],
  assignee_id: null,
  latest_message_time: '2026-01-01T00:00:00Z',
  custom_fields: { priority: 'low', areas: ['x', 'y'], score: '7', crm_tier: 'gold' },
};

const plan = (
  remote: Record<string, unknown>,
  rest: Partial<Deleting> = {},
  policyOf: (field: string) => Policy = () => 'hold',
) =>
  planDeletion(
    issues,
    {
      ...{ known: KNOWN, remote: { ...KNOWN, ...remote }, earlier: [], readOnly: new Set(['crm_tier']) },
      ...rest,
    },
    policyOf,
  );

const fields = (changed: Record<string, unknown>) => ({
  custom_fields: { ...KNOWN.custom_fields, ...changed },
});

const sent = (changes: Record<string, unknown>, base: Record<string, unknown>, attempts: number) => ({
  ...{ id: 1, changes, base, attempts },
});

describe('a DELETE is contested by', () => {
  test.for([
    ['a value that somebody changed', { title: 'Theirs' }, ['title']],
    ['a reference that somebody set', { assignee_id: 'u1' }, ['assignee_id']],
    ['a tag that somebody added', { tags: ['b', 'a', 'c'] }, ['tags']],
    ['a custom field, by its slug', fields({ priority: 'high' }), ['custom_fields.priority']],
    ['a custom field that is set now', fields({ fresh: 'x' }), ['custom_fields.fresh']],
    [
      'a custom field that is unset now',
      { custom_fields: { ...KNOWN.custom_fields, score: undefined } },
      ['custom_fields.score'],
    ],
    ['a message', { latest_message_time: '2026-01-01T00:00:05Z' }, ['latest_message_time']],
  ] as const)('%s', ([, remote, contested]) => {
    expect(plan(remote)).toMatchObject({ verdict: 'hold', contested });
  });
});

describe('a DELETE is not contested by', () => {
  test.for([
    ['what moves by itself', { updated_at: '2027-01-01T00:00:00Z', time_in_status_seconds: { new: 7 } }],
    ['what nobody can write', { link: 'https://other.example', number_of_touches: 9 }],
    ['the order of a set, an empty list for none', { tags: ['b', 'a'], assignee_id: '' }],
    ['another form of the same instant', { latest_message_time: '2026-01-01T01:00:00+01:00' }],
    ['a custom field that is read-only', fields({ crm_tier: 'platinum' })],
    ['the order of a multiselect', fields({ areas: ['y', 'x'] })],
  ] as const)('%s', ([, remote]) => {
    expect(plan(remote)).toEqual({ verdict: 'send', contested: [], remote: {} });
  });

  test('a fresh signature of a URL in it', () => {
    const url = (signature: string) =>
      `<img src="https://files.example/a?Expires=1&Signature=${signature}&Key-Pair-Id=K">`;
    const known = { ...KNOWN, title: url('s1') };
    expect(plan({ title: url('s2') }, { known })).toMatchObject({ verdict: 'send' });
    expect(plan({ title: url('s2').replace('/a?', '/b?') }, { known })).toMatchObject({ verdict: 'hold' });
  });

  test('what an edit from here may have made of it, if that was tried before', () => {
    const remote = { title: ' Mine ' };
    const edit = (attempts: number) => sent({ title: 'Mine' }, { title: 'One' }, attempts);
    expect(plan(remote, { earlier: [edit(2)] })).toMatchObject({ verdict: 'send' });
    expect(plan(remote, { earlier: [edit(1)] })).toMatchObject({ verdict: 'hold' });
  });

  test('what a person has seen and decided about; what came after that is', () => {
    const decided = { title: 'Theirs', latest_message_time: '2026-01-02T00:00:00Z' };
    expect(plan(decided, { decided })).toMatchObject({ verdict: 'send' });
    expect(plan({ ...decided, title: 'Theirs again' }, { decided })).toMatchObject({ contested: ['title'] });
  });
});

test('of several contested fields, one that a person has to decide about decides', () => {
  const remote = { title: 'Theirs', state: 'closed' };
  const by = (policies: Record<string, Policy>) =>
    plan(remote, {}, (field) => policies[field] ?? 'hold').verdict;
  expect(by({ title: 'local', state: 'local' })).toBe('send');
  expect(by({ title: 'local', state: 'pylon' })).toBe('pylon');
  expect(by({ title: 'pylon', state: 'hold' })).toBe('hold');
});

test('what is compared is what an UPDATE can change, and what tells of activity; never what moves by itself', () => {
  expect(Object.keys(comparedColumns(accounts))).toEqual([
    ...['name', 'type', 'owner_id', 'domains', 'primary_domain', 'tags', 'channels', 'external_ids'],
    ...['custom_fields', 'is_disabled'],
  ]);
  expect(Object.keys(comparedColumns(issues))).toContain('latest_message_time');
  for (const resource of resources)
    for (const column of Object.keys(comparedColumns(resource))) {
      expect(resource.volatile ?? []).not.toContain(column);
      expect(column).not.toMatch(/updated_at|last_edited_at/);
    }
});
