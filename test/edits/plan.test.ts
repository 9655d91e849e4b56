import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kindsOf } from '../../src/edits/body.ts';
import type { Policy } from '../../src/edits/conflicts.ts';
import { alike, type Values } from '../../src/edits/merge.ts';
import { type Asked, ignored, planUpdate } from '../../src/edits/plan.ts';
import { resourceNamed } from '../../src/resources/index.ts';

/*
 * Why an edit was sent, was applied without a request, or is in conflict. Of a field: as it stood when it was edited,
 * as the edit wants it, as Pylon holds it now, and what becomes of it. `undefined` where a custom field is not set.
 */

const KINDS = Object.assign(
  {},
  ...['accounts', 'contacts', 'tasks', 'issues'].map((name) => kindsOf(resourceNamed(name))),
);

/** What becomes of a field: a value that goes to Pylon, or none. */
type End = { readonly sends: unknown } | 'is there' | 'conflict' | 'Pylon wins';
const sends = (value: unknown): End => ({ sends: value });

type Row = readonly [because: string, field: string, stood: unknown, wanted: unknown, now: unknown, end: End];

/** Columns that hold one value of one field. */
function holding(field: string, value: unknown): Values {
  const [column = '', slug] = field.split('.');
  if (slug === undefined) return { [column]: value ?? null };
  return { [column]: value === undefined ? {} : { [slug]: value } };
}

interface Step {
  /** What drafts before it made of the field, each with what it stood on. */
  readonly drafts?: readonly (readonly [stood: unknown, wanted: unknown])[];
  readonly stood: unknown;
  readonly wanted: unknown;
  readonly attempts?: number;
  readonly forced?: readonly string[];
}

const editOf = (
  field: string,
  { stood, wanted, attempts = 1, forced = [], drafts = [] }: Step,
  id = 1,
): Asked => ({
  ...{ id, attempts, forced },
  drafts: drafts.map(([stood, wanted]) => ({
    changes: holding(field, wanted ?? null),
    base: holding(field, stood ?? null),
  })),
  changes: holding(field, wanted ?? null),
  base: holding(field, stood ?? null),
});

const planOf = (
  field: string,
  steps: readonly Step[],
  now: unknown,
  policy: Policy,
  later: readonly Step[] = [],
) =>
  planUpdate(
    steps.map((step, place) => editOf(field, step, place + 1)),
    holding(field, now),
    KINDS,
    () => policy,
    later.map((step, place) => editOf(field, step, steps.length + place + 1)),
  );

/** What becomes of the last of the edits of a field. */
function endOf(field: string, steps: readonly Step[], now: unknown, policy: Policy = 'hold'): End {
  const { writes, outcomes } = planOf(field, steps, now, policy);
  const last = outcomes.at(-1);
  if (writes.length > 0) return sends(writes[0]?.value);
  if (last?.conflicting.includes(field) === true) return 'conflict';
  return last?.lost.includes(field) === true ? 'Pylon wins' : 'is there';
}

const TABLES: Readonly<Record<string, readonly Row[]>> = {
  'one value': [
    ['nobody else changed it', 'title', 'a', 'b', 'a', sends('b')],
    ['Pylon holds what is wanted', 'title', 'a', 'b', 'b', 'is there'],
    ['somebody else changed it', 'title', 'a', 'b', 'c', 'conflict'],
    ['somebody else emptied it', 'title', 'a', 'b', null, 'conflict'],
    ['it was empty, and nobody else filled it', 'title', null, 'b', null, sends('b')],
    ['it was empty, and somebody else filled it', 'title', null, 'b', 'c', 'conflict'],
    ['case matters: Pylon keeps it', 'title', 'a', 'Ticket', 'ticket', 'conflict'],
    ['a change of case is a change', 'title', 'ticket', 'Ticket', 'ticket', sends('Ticket')],
    ['blanks at the ends matter before anything was sent', 'title', 'a', ' b ', 'b', 'conflict'],
    ['blanks in the middle matter', 'title', 'a', 'b  c', 'b c', 'conflict'],
    ['false is a value', 'customer_portal_visible', false, true, false, sends(true)],
    ['false is not nothing', 'customer_portal_visible', null, true, false, 'conflict'],
    ['one of few', 'state', 'new', 'closed', 'on_hold', 'conflict'],
    [
      'an instant is the same in any zone',
      'due_date',
      '2026-05-01T12:00:00Z',
      '2026-06-01T12:00:00Z',
      '2026-05-01 14:00:00+02',
      sends('2026-06-01T12:00:00Z'),
    ],
    [
      'Pylon holds the instant in its own spelling',
      'due_date',
      null,
      '2026-05-01T12:00:00.000Z',
      '2026-05-01T12:00:00Z',
      'is there',
    ],
    [
      'another instant of the same second is another',
      'due_date',
      null,
      '2026-05-01T12:00:00.250Z',
      '2026-05-01T12:00:00Z',
      'conflict',
    ],
  ],
  'a reference': [
    ['nobody else changed it', 'account_id', 'x', 'y', 'x', sends('y')],
    ['it is cleared', 'account_id', 'x', null, 'x', sends(null)],
    ['it is cleared already, and Pylon says so with an empty text', 'account_id', 'x', null, '', 'is there'],
    ['null and an empty text were the same to begin with', 'account_id', null, 'y', '', sends('y')],
    ['somebody else cleared it', 'assignee_id', 'x', 'y', null, 'conflict'],
    ['it is cleared while somebody else names another', 'assignee_id', 'x', null, 'z', 'conflict'],
    ['both name the same', 'assignee_id', 'x', 'y', 'y', 'is there'],
  ],
  'a set: what an edit adds and takes away never conflicts': [
    ['one is added', 'tags', ['a'], ['a', 'b'], ['a'], sends(['a', 'b'])],
    ['somebody else added another', 'tags', ['a'], ['a', 'b'], ['a', 'c'], sends(['a', 'c', 'b'])],
    ['somebody else added the same', 'tags', ['a'], ['a', 'b'], ['b', 'a'], 'is there'],
    ['somebody else took another away', 'tags', ['a', 'b'], ['a', 'b', 'c'], ['b'], sends(['b', 'c'])],
    [
      'one is taken away, somebody else added one',
      'tags',
      ['a', 'b'],
      ['a'],
      ['a', 'b', 'c'],
      sends(['a', 'c']),
    ],
    ['one is taken away that somebody else took away', 'tags', ['a', 'b'], ['a'], ['a'], 'is there'],
    ['all are taken away, but for what somebody else added', 'tags', ['a'], [], ['a', 'b'], sends(['b'])],
    ['null takes all away', 'tags', ['a'], null, ['a', 'b'], sends(['b'])],
    ['null and an empty list are the same', 'tags', ['a'], null, [], 'is there'],
    ['from null', 'tags', null, ['a'], null, sends(['a'])],
    ['their order is no difference', 'tags', ['a', 'b'], ['b', 'a'], ['a', 'b'], 'is there'],
    ['one that Pylon holds in another case is there', 'tags', [], ['VIP'], ['vip'], 'is there'],
    ['another case in its place is a change', 'tags', ['vip'], ['VIP'], ['vip'], sends(['VIP'])],
    [
      'two that differ by their case are sent once',
      'tags',
      [],
      ['VIP', 'vip', 'a'],
      ['b'],
      sends(['b', 'VIP', 'a']),
    ],
    ['what Pylon holds in two cases stays so', 'tags', [], ['a'], ['vip', 'VIP'], sends(['vip', 'VIP', 'a'])],
    ['a domain in another case is there', 'domains', [], ['ACME.com'], ['acme.com'], 'is there'],
    [
      'the options of a custom field differ by their case',
      'custom_fields.plans',
      [],
      ['A'],
      ['a'],
      sends(['a', 'A']),
    ],
    ['one that is there twice is there', 'tags', ['a'], ['a', 'a'], ['a'], 'is there'],
    [
      'domains',
      'domains',
      ['a.com'],
      ['a.com', 'b.com'],
      ['a.com', 'c.com'],
      sends(['a.com', 'c.com', 'b.com']),
    ],
  ],
  'a list whose order or objects matter is one value': [
    [
      'nobody else changed it',
      'external_ids',
      [],
      [{ external_id: '1' }],
      null,
      sends([{ external_id: '1' }]),
    ],
    [
      'somebody else changed it',
      'external_ids',
      [],
      [{ external_id: '1' }],
      [{ external_id: '2' }],
      'conflict',
    ],
    ['another order is another value', 'external_ids', ['1', '2'], ['3'], ['2', '1'], 'conflict'],
    [
      'keys have no order, and null is no key',
      'channels',
      null,
      [{ id: '1', type: 'x' }],
      [{ type: 'x', id: '1', more: null }],
      'is there',
    ],
  ],
  'custom fields, each for itself': [
    ['nobody else changed it', 'custom_fields.plan', 'a', 'b', 'a', sends('b')],
    ['somebody else changed it', 'custom_fields.plan', 'a', 'b', 'c', 'conflict'],
    ['both set the same', 'custom_fields.plan', undefined, 'b', 'b', 'is there'],
    ['it was not set', 'custom_fields.plan', undefined, 'b', undefined, sends('b')],
    ['it was not set, and somebody else set it', 'custom_fields.plan', undefined, 'b', 'c', 'conflict'],
    ['it is unset', 'custom_fields.plan', 'a', null, 'a', sends(null)],
    ['it is unset already', 'custom_fields.plan', 'a', null, undefined, 'is there'],
    ['it is unset while somebody else changes it', 'custom_fields.plan', 'a', null, 'c', 'conflict'],
    ['an empty text is the same as none', 'custom_fields.plan', '', 'b', undefined, sends('b')],
    [
      'of several values: one is added beside another’s',
      'custom_fields.plans',
      ['a'],
      ['a', 'b'],
      ['a', 'c'],
      sends(['a', 'c', 'b']),
    ],
    [
      'of several values: unset, but for another’s',
      'custom_fields.plans',
      ['a'],
      null,
      ['a', 'c'],
      sends(['c']),
    ],
    [
      'of several values: set for the first time by both',
      'custom_fields.plans',
      undefined,
      ['a'],
      ['b'],
      sends(['b', 'a']),
    ],
    [
      'of several values: one text for all is what it says',
      'custom_fields.plans',
      ['a'],
      'b',
      ['a'],
      sends('b'),
    ],
    ['of one value: a list for it is what it says', 'custom_fields.plan', 'a', ['b'], 'c', 'conflict'],
    ['a slug may be any word', 'custom_fields.constructor', undefined, 'b', undefined, sends('b')],
    ['a slug may be any word, unset', 'custom_fields.toString', 'a', null, undefined, 'is there'],
  ],
};

describe.each(Object.entries(TABLES))('%s', (_, rows) => {
  test.each(rows.map((row) => [row[0], row] as const))('%s', (_, row) => {
    const [, field, stood, wanted, now, end] = row;
    expect(endOf(field, [{ stood, wanted }], now)).toEqual(end);
  });
});

describe('where both sides changed a field to something else', () => {
  test.each<[Policy, End]>([
    ['hold', 'conflict'],
    ['pylon', 'Pylon wins'],
    ['local', sends('b')],
  ])('the policy %s decides', (policy, end) => {
    for (const field of ['title', 'custom_fields.plan'])
      expect(endOf(field, [{ stood: 'a', wanted: 'b' }], 'c', policy)).toEqual(end);
  });

  test.each<Policy>(['hold', 'pylon', 'local'])('the policy %s has no say elsewhere', (policy) => {
    expect(endOf('title', [{ stood: 'a', wanted: 'b' }], 'a', policy)).toEqual(sends('b'));
    expect(endOf('title', [{ stood: 'a', wanted: 'b' }], 'b', policy)).toBe('is there');
    expect(endOf('tags', [{ stood: ['a'], wanted: ['b'] }], ['c'], policy)).toEqual(sends(['c', 'b']));
  });

  test.each<Policy>(['hold', 'pylon'])('a person’s word stands above the policy %s', (policy) => {
    const forced = ['title'];
    expect(endOf('title', [{ stood: 'a', wanted: 'b', forced }], 'c', policy)).toEqual(sends('b'));
    expect(endOf('title', [{ stood: 'a', wanted: 'b', forced: ['state'] }], 'c', policy)).not.toEqual(
      sends('b'),
    );
  });

  test('the others of its edit go on', () => {
    const edit: Asked = {
      ...{ id: 1, attempts: 1, forced: null },
      changes: { title: 'b', tags: ['x'], custom_fields: { plan: 'gold', tier: '1' } },
      base: { title: 'a', tags: [], custom_fields: { plan: null, tier: null } },
    };
    const now = { title: 'c', tags: [], custom_fields: { tier: '2' } };
    const policyOf = (field: string) => (field === 'custom_fields.tier' ? 'pylon' : 'hold');
    expect(planUpdate([edit], now, KINDS, policyOf)).toEqual({
      writes: [
        { column: 'tags', kind: 'set', value: ['x'], before: [] },
        { column: 'custom_fields', slug: 'plan', kind: 'value', value: 'gold', before: null },
      ],
      outcomes: [
        {
          ...{ id: 1, conflicting: ['title'], lost: ['custom_fields.tier'], replaced: [] },
          settled: ['tags', 'custom_fields.plan'],
          remote: { title: 'c', tags: [], 'custom_fields.plan': null, 'custom_fields.tier': '2' },
        },
      ],
      row: { title: 'c', tags: ['x'], custom_fields: { tier: '2', plan: 'gold' } },
      isSeen: true,
    });
  });
});

type Sequence = readonly [
  because: string,
  field: string,
  steps: readonly (readonly [unknown, unknown])[],
  now: unknown,
  end: End,
];

const SEQUENCES: readonly Sequence[] = [
  [
    'the last one goes',
    'title',
    [
      ['a', 'b'],
      ['b', 'c'],
    ],
    'a',
    sends('c'),
  ],
  [
    'Pylon holds what the last one wants',
    'title',
    [
      ['a', 'b'],
      ['b', 'c'],
    ],
    'c',
    'is there',
  ],
  [
    'Pylon holds what an earlier one wants, as if that had gone alone',
    'title',
    [
      ['a', 'b'],
      ['b', 'c'],
    ],
    'b',
    sends('c'),
  ],
  [
    'somebody else changed it to something else',
    'title',
    [
      ['a', 'b'],
      ['b', 'c'],
    ],
    'x',
    'conflict',
  ],
  [
    'it is as it was again',
    'title',
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
    'a',
    'is there',
  ],
  [
    'it is as it was again, but not in Pylon',
    'title',
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
    'x',
    'conflict',
  ],
  [
    'it is as it was again, and Pylon holds the step between',
    'title',
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
    'b',
    sends('a'),
  ],
  [
    'each adds to a set',
    'tags',
    [
      [['a'], ['a', 'b']],
      [
        ['a', 'b'],
        ['a', 'b', 'c'],
      ],
    ],
    ['z'],
    sends(['z', 'b', 'c']),
  ],
  [
    'one takes away what another added',
    'tags',
    [
      [['a'], ['a', 'b']],
      [['a', 'b'], ['a']],
    ],
    ['a', 'z'],
    'is there',
  ],
  [
    'a custom field is unset after all',
    'custom_fields.plan',
    [
      ['a', 'b'],
      ['b', null],
    ],
    'a',
    sends(null),
  ],
];

describe('several edits of one field', () => {
  test.each(SEQUENCES.map((row) => [row[0], row] as const))('%s', (_, row) => {
    const [, field, pairs, now, end] = row;
    expect(
      endOf(
        field,
        pairs.map(([stood, wanted]) => ({ stood, wanted })),
        now,
      ),
    ).toEqual(end);
  });

  test.each([
    ['hold', { conflicting: [[], ['title']], lost: [[], []] }],
    ['pylon', { conflicting: [[], []], lost: [[], ['title']] }],
  ] as const)(
    'in conflict by %s, the last stands for all and replaces those before',
    (policy, { conflicting, lost }) => {
      const steps = [
        { stood: 'a', wanted: 'b' },
        { stood: 'b', wanted: 'c' },
      ];
      const { outcomes } = planOf('title', steps, 'x', policy);
      expect(outcomes.map((one) => one.conflicting)).toEqual(conflicting);
      expect(outcomes.map((one) => one.lost)).toEqual(lost);
      expect(outcomes.map(({ replaced, settled }) => [replaced, settled])).toEqual([
        [['title'], []],
        [[], []],
      ]);
    },
  );

  test('a person’s word for an earlier one counts for those that follow', () => {
    const steps = [
      { stood: 'a', wanted: 'b', forced: ['title'] },
      { stood: 'b', wanted: 'c' },
    ];
    expect(endOf('title', steps, 'x')).toEqual(sends('c'));
  });

  const word = fc.constantFrom('a', 'b', 'c', 'd');
  const words = fc.uniqueArray(word, { maxLength: 4 });
  const fieldOfKind = fc.oneof(
    fc.tuple(
      fc.constantFrom('title', 'account_id', 'custom_fields.plan'),
      fc.array(word, { minLength: 2, maxLength: 5 }),
      word,
    ),
    fc.tuple(
      fc.constantFrom('tags', 'custom_fields.plans'),
      fc.array(words, { minLength: 2, maxLength: 5 }),
      words,
    ),
  );

  test('become together what they become one after the other', () => {
    fc.assert(
      fc.property(fieldOfKind, fc.constantFrom<Policy>('hold', 'local'), ([field, values, now], policy) => {
        const steps = values.slice(1).map((wanted, place) => ({ stood: values[place], wanted }));
        const together = planOf(field, steps, now, policy);
        let alone = holding(field, now);
        for (const step of steps) {
          // What an edit before it made, or found, is what the next one starts from.
          const plan = planUpdate([editOf(field, step)], alone, KINDS, () => policy);
          if (plan.outcomes[0]?.conflicting.length !== 0) return fc.pre(false);
          alone = plan.row;
        }
        const [one, other] = [together.row, alone].map((row) => valueIn(row, field));
        return alike(Array.isArray(now) ? 'set' : 'value', one, other);
      }),
      { numRuns: 1_000 },
    );
  });
});

const valueIn = (row: Values, field: string) => {
  const [column = '', slug] = field.split('.');
  return slug === undefined ? row[column] : (row[column] as Values)[slug];
};

/** Edits of which an earlier attempt may have arrived have been tried twice. */
const again = (stood: unknown, wanted: unknown) => ({ stood, wanted, attempts: 2 });

describe('after an attempt whose answer was lost', () => {
  test.each([
    ['it has not arrived', 'a', ' b ', 'a', sends(' b ')],
    ['it has arrived', 'a', ' b ', ' b ', 'is there'],
    ['it has arrived, and Pylon has tidied it', 'a', ' b ', 'b', 'is there'],
    ['somebody else changed it', 'a', ' b ', 'c', 'conflict'],
  ] as const)('%s', (_, stood, wanted, now, end) => {
    expect(endOf('title', [again(stood, wanted)], now)).toEqual(end);
  });

  const HTML = '<p>Hi <b>you</b> &amp; me</p><script>if (a < b) go()</script>';
  test.each<
    readonly [because: string, field: string, stood: unknown, wanted: unknown, now: unknown, end: End]
  >([
    [
      'HTML has arrived, sanitised',
      'body_html',
      '<p>a</p>',
      HTML,
      '<p>Hi <strong>you</strong> & me</p>',
      'is there',
    ],
    [
      'HTML has arrived, its words wrapped',
      'body_html',
      '',
      'Hi\n  you',
      '<div><p>Hi you</p></div>',
      'is there',
    ],
    ['HTML of other words is somebody else’s', 'body_html', '<p>a</p>', HTML, '<p>Hi</p>', 'conflict'],
    [
      'HTML without words is what it says',
      'body_html',
      '<p>a</p>',
      '<img src="a">',
      '<img src="b">',
      'conflict',
    ],
    [
      'HTML has not arrived',
      'body_html',
      '<p>a</p>',
      '<p><b>a</b></p>',
      '<p>a</p>',
      sends('<p><b>a</b></p>'),
    ],
    ['an address has arrived in lower case', 'email', 'a@x.com', 'Ann@X.com', 'ann@x.com', 'is there'],
    ['a change of its case has not been seen', 'email', 'a@x.com', 'A@x.com', 'a@x.com', sends('A@x.com')],
    ['a domain has arrived in lower case', 'primary_domain', null, 'ACME.com', 'acme.com', 'is there'],
    ['a text in another case is somebody else’s', 'title', 'a', 'New Title', 'new title', 'conflict'],
    ['addresses have arrived in lower case', 'emails', [], ['Ann@X.com'], ['ann@x.com'], 'is there'],
    ['a tag has arrived in lower case', 'tags', ['a'], ['a', 'VIP'], ['a', 'vip'], 'is there'],
    ['a tag’s other case has not arrived', 'tags', ['vip'], ['VIP'], ['vip'], sends(['VIP'])],
    [
      'objects have arrived with more that is empty',
      'external_ids',
      [],
      [{ external_id: '1' }],
      [{ external_id: '1', label: '' }],
      'is there',
    ],
  ])('%s', (_, field, stood, wanted, now, end) => {
    expect(endOf(field, [again(stood, wanted)], now)).toEqual(end);
  });

  test('an instant has arrived although Pylon keeps whole seconds', () => {
    const wanted = '2026-05-01T12:00:00.250Z';
    expect(endOf('due_date', [again(null, wanted)], '2026-05-01T12:00:00Z')).toBe('is there');
    expect(endOf('due_date', [again(null, wanted)], '2026-05-01T12:00:01Z')).toBe('conflict');
  });

  test('what it made of the field is nobody else’s change for a later edit', () => {
    expect(endOf('title', [again('a', ' b '), { stood: ' b ', wanted: 'c' }], 'b')).toEqual(sends('c'));
    expect(endOf('title', [again('a', ' b '), { stood: ' b ', wanted: 'c' }], 'x')).toBe('conflict');
  });

  test('nothing of it can change anything late once Pylon shows all of it', () => {
    const seen = (steps: readonly Step[], now: unknown) => planOf('title', steps, now, 'hold').isSeen;
    expect(seen([{ stood: 'a', wanted: 'b' }], 'a')).toBe(true);
    expect(seen([again('a', 'b')], 'b')).toBe(true);
    expect(seen([again('a', 'b')], 'a')).toBe(false);
    expect(seen([again('a', 'b'), { stood: 'b', wanted: 'c' }], 'b')).toBe(false);
    expect(seen([again('a', 'b'), { stood: 'b', wanted: 'c' }], 'c')).toBe(false);
  });

  test('it is over where Pylon shows what a later edit made, which had gone with it', () => {
    const first = [again('a', 'b')];
    expect(planOf('title', first, 'c', 'hold', [again('b', 'c')]).outcomes[0]?.settled).toEqual(['title']);
    expect(planOf('title', first, 'c', 'hold', [again('b', 'c')]).writes).toEqual([]);
    // One that was never sent made nothing.
    expect(
      planOf('title', first, 'c', 'hold', [{ stood: 'b', wanted: 'c' }]).outcomes[0]?.conflicting,
    ).toEqual(['title']);
    expect(planOf('title', first, 'x', 'hold', [again('b', 'c')]).outcomes[0]?.conflicting).toEqual([
      'title',
    ]);
  });
});

describe('an edit that stands on a draft, which Pylon never held', () => {
  const drafts = [['a', 'b']] as const;
  test.each<readonly [because: string, step: Step, now: unknown, end: End]>([
    ['is sent where nobody else changed the field', { stood: 'b', wanted: 'c', drafts }, 'a', sends('c')],
    ['is in conflict where somebody else did', { stood: 'b', wanted: 'c', drafts }, 'x', 'conflict'],
    [
      'is sent where somebody else made it what the draft says',
      { stood: 'b', wanted: 'c', drafts },
      'b',
      sends('c'),
    ],
    [
      'is sent over a draft on a draft',
      { stood: 'c', wanted: 'd', drafts: [...drafts, ['b', 'c']] },
      'a',
      sends('d'),
    ],
    ['is there where it goes back to what Pylon holds', { stood: 'b', wanted: 'a', drafts }, 'a', 'is there'],
    [
      'stands on what it stood on where that is another',
      { stood: 'z', wanted: 'c', drafts },
      'a',
      'conflict',
    ],
  ])('%s', (_, step, now, end) => {
    for (const field of ['title', 'custom_fields.plan']) expect(endOf(field, [step], now)).toEqual(end);
  });

  test('adds to a set what it adds', () => {
    const step = { stood: ['a', 'b'], wanted: ['a', 'b', 'c'], drafts: [[['a'], ['a', 'b']]] as const };
    expect(endOf('tags', [step], ['a', 'z'])).toEqual(sends(['a', 'z', 'c']));
  });
});

test('columns that this version does not know are left alone', () => {
  const edit = { id: 1, attempts: 1, forced: null, changes: { mood: 'good' }, base: { mood: 'bad' } };
  expect(planUpdate([edit], {}, KINDS, () => 'hold')).toMatchObject({
    writes: [],
    outcomes: [{ settled: [], remote: {} }],
  });
});

describe('a request that Pylon answered with 200', () => {
  const write = { column: 'title', kind: 'value', value: ' b ', before: 'a' } as const;
  const plan = { column: 'custom_fields', slug: 'plan', kind: 'value', value: 'x', before: null } as const;

  test.each([
    ['took what was written', { title: ' b ', custom_fields: { plan: 'x' } }, []],
    ['took it, and tidied it', { title: 'b', custom_fields: { plan: 'x' } }, []],
    ['made something else of it', { title: 'B!', custom_fields: { plan: 'y' } }, []],
    [
      'was ignored for what stands as it stood',
      { title: 'a', custom_fields: {} },
      ['title', 'custom_fields.plan'],
    ],
    ['was ignored for one field of two', { title: 'b', custom_fields: {} }, ['custom_fields.plan']],
  ])('%s', (_, answer, names) => {
    expect(ignored([write, plan], answer)).toEqual(names);
  });

  test.each([
    [
      'a change of markup that it left alone is ignored',
      'value',
      '<p><b>a</b></p>',
      '<p>a</p>',
      '<p>a</p>',
      true,
    ],
    ['HTML that it sanitised is taken', 'value', '<p>b</p><script>x</script>', '<p>a</p>', '<p>b</p>', false],
    ['a tag that it put into its own case is taken', 'set', ['a', 'VIP'], ['a'], ['a', 'vip'], false],
    ['a tag whose case it keeps is taken', 'set', ['VIP'], ['vip'], ['vip'], false],
    ['a tag that it did not take is ignored', 'set', ['a', 'VIP'], ['a'], ['a'], true],
    ['an address whose case it keeps is taken', 'value', 'A@x.com', 'a@x.com', 'a@x.com', false],
  ] as const)('%s', (_, kind, value, before, now, is) => {
    expect(ignored([{ column: 'x', kind, value, before }], { x: now })).toEqual(is ? ['x'] : []);
  });
});
