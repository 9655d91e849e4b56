import fc from 'fast-check';
import { type Interruption, PLACES } from './faulty-connections.ts';

/** A field that both sides change. */
export interface Target {
  readonly resource: 'issues' | 'accounts' | 'contacts';
  /** A column, or a custom field in it. */
  readonly field: string;
  readonly holds: 'text' | 'state' | 'set' | 'user' | 'number';
}

const target = (resource: Target['resource'], field: string, holds: Target['holds']): Target => ({
  ...{ resource, field, holds },
});

export const TARGETS: readonly Target[] = [
  target('issues', 'title', 'text'),
  target('issues', 'state', 'state'),
  target('issues', 'tags', 'set'),
  target('issues', 'assignee_id', 'user'),
  target('issues', 'custom_fields.order_number', 'text'),
  target('issues', 'custom_fields.affected_seats', 'number'),
  target('accounts', 'name', 'text'),
  target('accounts', 'tags', 'set'),
  target('accounts', 'owner_id', 'user'),
  target('contacts', 'name', 'text'),
  target('contacts', 'custom_fields.job_title', 'text'),
];

/** Of a field's values: a new one, one that Pylon tidies, one that it refuses, none, or what another had. */
const FLAVOURS = ['new', 'new', 'untidy', 'refused', 'none', 'again'] as const;

/** One change of one field, on either side. `which` picks the record; few, so that they meet. */
export interface Change {
  readonly target: number;
  readonly which: number;
  readonly flavour: (typeof FLAVOURS)[number];
  readonly pick: number;
  /** Others change a field that nobody edits here. */
  readonly elsewhere: boolean;
}

const PLAIN = { noNullPrototype: true } as const;

const changes: fc.Arbitrary<Change> = fc.record(
  {
    target: fc.nat(TARGETS.length - 1),
    which: fc.nat(2),
    flavour: fc.constantFrom(...FLAVOURS),
    pick: fc.nat(5),
    elsewhere: fc.constantFrom(false, false, true),
  },
  PLAIN,
);

const WORKS = ['push', 'pull', 'lists', 'drain'] as const;
export type Work = (typeof WORKS)[number];

const ENDPOINTS = ['PATCH /issues/{id}', 'PATCH /accounts/{id}', 'PATCH /contacts/{id}', '*'] as const;

export interface EditStep {
  readonly works: readonly Work[];
  readonly local: readonly Change[];
  readonly remote: readonly Change[];
  /** Each after so many answers. */
  readonly during: readonly (readonly [answers: number, side: 'local' | 'remote', change: Change])[];
  readonly fault: {
    readonly kind: 'lost-answer' | 'reset' | '500' | '429' | 'slow';
    readonly endpoint: (typeof ENDPOINTS)[number];
    readonly times: number;
  } | null;
  /** The process dies at that moment. */
  readonly death: Pick<Interruption, 'at' | 'after'> | null;
}

const steps: fc.Arbitrary<EditStep> = fc.record(
  {
    works: fc.oneof(
      fc.constant<readonly Work[]>(['push']),
      fc.constant<readonly Work[]>(['push', 'pull', 'drain']),
      fc.uniqueArray(fc.constantFrom(...WORKS), { minLength: 1, maxLength: 3 }),
    ),
    local: fc.array(changes, { maxLength: 4 }),
    remote: fc.array(changes, { maxLength: 1 }),
    during: fc.array(fc.tuple(fc.nat(8), fc.constantFrom('local', 'local', 'remote'), changes), {
      maxLength: 3,
    }),
    fault: fc.option(
      fc.record(
        {
          kind: fc.constantFrom('lost-answer', 'reset', '500', '429', 'slow'),
          endpoint: fc.constantFrom(...ENDPOINTS),
          times: fc.integer({ min: 1, max: 3 }),
        },
        PLAIN,
      ),
      { freq: 2 },
    ),
    death: fc.option(fc.record({ at: fc.constantFrom(...PLACES), after: fc.nat(30) }, PLAIN), { freq: 1 }),
  },
  PLAIN,
);

/** Some time in the life of a mirror whose people edit it. */
export interface EditPlan {
  readonly seed: number;
  readonly policy: 'hold' | 'pylon' | 'local';
  /** Whether Pylon fails at every change of one record, until the end. */
  readonly poisoned: boolean;
  readonly steps: readonly EditStep[];
}

export const editPlans: fc.Arbitrary<EditPlan> = fc.record(
  {
    seed: fc.integer({ min: 1, max: 1_000 }),
    policy: fc.constantFrom('hold', 'pylon', 'local'),
    poisoned: fc.boolean(),
    steps: fc.array(steps, { minLength: 3, maxLength: 8 }),
  },
  PLAIN,
);
