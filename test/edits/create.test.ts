import { describe, expect, test } from 'vitest';
import { creationBody, followUp, matchScore, wantedOf } from '../../src/edits/create.ts';
import { resourceNamed } from '../../src/resources/index.ts';

const [issues, accounts, tasks] = ['issues', 'accounts', 'tasks'].map(resourceNamed) as [
  ReturnType<typeof resourceNamed>,
  ReturnType<typeof resourceNamed>,
  ReturnType<typeof resourceNamed>,
];

describe('a create', () => {
  const inserted = { title: 'New', body_html: '<p>x</p>', tags: ['a'], custom_fields: { plan: 'gold' } };

  test('is to make what was inserted, with what was changed of it since', () => {
    const updates = [
      { changes: { title: 'Newer', tags: ['a', 'b'] }, base: { title: 'New', tags: ['a'] } },
      { changes: { custom_fields: { plan: null, tier: '1' } }, base: { custom_fields: { plan: 'gold' } } },
    ];
    expect(wantedOf(issues, { changes: inserted, base: {} }, updates)).toEqual({
      title: 'Newer',
      body_html: '<p>x</p>',
      tags: ['a', 'b'],
      custom_fields: { tier: '1' },
    });
  });

  test('carries what Pylon takes of a new object, under its names, and nothing that is empty', () => {
    const wanted = {
      ...inserted,
      id: 'local-1',
      state: 'closed',
      account_id: '',
      team_id: null,
      created_at: null,
    };
    expect(creationBody(issues, wanted)).toEqual({
      title: 'New',
      body_html: '<p>x</p>',
      tags: ['a'],
      custom_fields: [{ slug: 'plan', value: 'gold' }],
    });
    expect(creationBody(accounts, { name: 'A', type: 'partner', is_disabled: true })).toEqual({
      name: 'A',
      account_type: 'partner',
    });
    expect(creationBody(tasks, { title: 'T', assignee_user_id: null, assignee_contact_id: 'c' })).toEqual({
      title: 'T',
      assignee_id: 'c',
    });
  });

  test('carries each tag once, in whatever case', () => {
    const wanted = { ...inserted, tags: ['VIP', 'a', 'VIP', 'vip'] };
    expect(creationBody(issues, wanted)).toMatchObject({ tags: ['VIP', 'a'] });
  });

  test('of an issue has its priority apart', () => {
    const wanted = { title: 'T', body_html: 'x', custom_fields: { priority: 'high', plan: 'gold' } };
    expect(creationBody(issues, wanted)).toMatchObject({
      priority: 'high',
      custom_fields: [{ slug: 'plan', value: 'gold' }],
    });
    expect(creationBody(issues, { ...wanted, custom_fields: { priority: 'high' } })).not.toHaveProperty(
      'custom_fields',
    );
  });
});

describe('what follows a create', () => {
  const wanted = { title: 'T', state: 'closed', type: 'ticket', tags: ['a'] };

  test('is what it could not carry, from what Pylon made of it', () => {
    expect(followUp(issues, wanted, { title: 'T', state: 'new', type: null }, [])).toEqual({
      changes: { state: 'closed', type: 'ticket' },
      base: { state: 'new', type: null },
    });
  });

  test('is nothing that Pylon has made so by itself, or was not asked for', () => {
    expect(followUp(issues, wanted, { state: 'closed', type: 'ticket' }, [])).toBeUndefined();
    expect(followUp(issues, { title: 'T', state: null }, { title: 't', state: 'new' }, [])).toBeUndefined();
  });

  test('is left to later edits of the same', () => {
    const later = [{ changes: { state: 'on_hold' }, base: { state: 'closed' } }];
    expect(followUp(issues, wanted, { state: 'new', type: null }, later)).toEqual({
      changes: { type: 'ticket' },
      base: { type: null },
    });
  });
});

describe('an object that may be what a create has made', () => {
  const wanted = {
    title: 'Printer  on fire',
    body_html: '<p>x</p>',
    account_id: 'a',
    tags: ['x'],
    created_at: null,
  };

  test.each([
    ['bears all that was sent', { title: 'Printer  on fire', account_id: 'a' }, 'same'],
    ['bears it tidied, in another case', { title: ' printer on Fire', account_id: 'a' }, 'same'],
    [
      'differs in what the server makes its own of',
      { title: 'Printer on fire', account_id: 'a', body_html: 'y', tags: [] },
      'same',
    ],
    ['has another name', { title: 'Printer', account_id: 'a' }, 'other'],
    ['bears the name alone', { title: 'Printer on fire', account_id: 'b' }, 'maybe'],
    ['has neither', { title: 'Printer', account_id: 'b' }, 'other'],
  ] as const)('%s', (_, row, is) => {
    expect(matchScore(issues, wanted, row)).toBe(is);
  });

  test('has its instants to the second, in any zone', () => {
    const due = { title: 'T', due_date: '2026-05-01T12:00:00.250Z' };
    expect(matchScore(tasks, due, { title: 'T', due_date: '2026-05-01 14:00:00+02' })).toBe('same');
    expect(matchScore(tasks, due, { title: 'T', due_date: '2026-05-01T12:00:01Z' })).toBe('maybe');
  });

  test('is not told by what was not asked for, nor by what a create does not carry', () => {
    expect(
      matchScore(issues, { title: 'T', state: 'closed' }, { title: 'T', state: 'new', team_id: 'x' }),
    ).toBe('same');
  });
});
