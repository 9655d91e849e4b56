import fc from 'fast-check';
import { type Interruption, PLACES } from './faulty-connections.ts';
import { type RemoteChange, remoteChanges } from './remote-change-plans.ts';

/** A piece of the daemon's work. */
export type Work = (typeof WORKS)[number];
const WORKS = ['pull', 'lists', 'reconcile', 'drain', 'hint', 'resweep', 'audit'] as const;

/** The process is killed, or told to stop; connections to the database are cut; Pylon fails for a moment. */
const TROUBLES = ['kill', 'stop', 'cut', 'reset', '500', 'truncate', 'no-data'] as const;

interface Trouble {
  readonly what: (typeof TROUBLES)[number];
  readonly at: Interruption['at'];
  readonly after: number;
}

/** Work done side by side, what others change before it and while it runs, and what goes wrong. */
export interface Step {
  readonly works: readonly Work[];
  readonly before: readonly RemoteChange[];
  /** Each after so many answers. */
  readonly during: readonly (readonly [answers: number, edit: RemoteChange])[];
  readonly trouble: Trouble | null;
  /** By how much Pylon's clock moves before. */
  readonly seconds: number;
  readonly which: number;
}

/** Plain objects, which a failure prints as one would write them. */
const PLAIN = { noNullPrototype: true } as const;

const troubles: fc.Arbitrary<Trouble> = fc.record(
  { what: fc.constantFrom(...TROUBLES), at: fc.constantFrom(...PLACES), after: fc.nat(40) },
  PLAIN,
);

const steps: fc.Arbitrary<Step> = fc.record(
  {
    // Pulls follow each other, as they do every minute: nothing else then finds what one of them passed over.
    works: fc.oneof(
      fc.constant<readonly Work[]>(['pull']),
      // What a listing has passed by is changed, and stored by others, before it ends.
      fc.constant<readonly Work[]>(['reconcile', 'pull']),
      fc.uniqueArray(fc.constantFrom(...WORKS), { minLength: 1, maxLength: 3 }),
    ),
    before: fc.array(remoteChanges, { maxLength: 4 }),
    during: fc.array(fc.tuple(fc.nat(12), remoteChanges), { maxLength: 3 }),
    trouble: fc.option(troubles, { freq: 1 }),
    seconds: fc.constantFrom(0, 0, 1, 60, 1_800),
    which: fc.nat(30),
  },
  PLAIN,
);

/** What happens to a mirror, from its first reading on. */
export interface Plan {
  readonly seed: number;
  /** Objects on a page: few, so that nearly everything takes several. */
  readonly limit: number;
  readonly overlapSeconds: number;
  /** Pylon's clock against ours, seconds. */
  readonly offset: number;
  /** Whether Pylon says what time it is there. */
  readonly date: boolean;
  readonly first: Step;
  readonly steps: readonly Step[];
}

export const plans: fc.Arbitrary<Plan> = fc.record(
  {
    seed: fc.integer({ min: 1, max: 1_000 }),
    limit: fc.integer({ min: 1, max: 6 }),
    overlapSeconds: fc.constantFrom(1, 5, 300),
    offset: fc.constantFrom(0, 0.4, -7_200, 7_200, -25_000, 25_000),
    date: fc.boolean(),
    first: steps,
    steps: fc.array(steps, { minLength: 2, maxLength: 8 }),
  },
  PLAIN,
);
