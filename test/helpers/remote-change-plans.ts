import fc from 'fast-check';

/** One change that others make at Pylon. `which` picks among what there is. */
export interface RemoteChange {
  readonly kind: (typeof KINDS)[number];
  readonly which: number;
  readonly other: number;
  /** Nothing that would tell moves. */
  readonly silent: boolean;
  /** By how much Pylon's clock moves before it, milliseconds: often within the same second. */
  readonly ms: number;
}

const KINDS = [
  'patch issue',
  'patch task',
  'patch project',
  'patch custom object',
  'patch another',
  'message',
  'redact',
  'unsay',
  'comment',
  'follow',
  'create',
  'remove',
  'put back',
  'merge',
] as const;

/** What incremental pulls have to bring: half of all changes. */
const PULLED = [
  'patch issue',
  'patch task',
  'patch project',
  'patch custom object',
  'message',
  'create',
] as const;

export const remoteChanges: fc.Arbitrary<RemoteChange> = fc.record(
  {
    kind: fc.oneof(fc.constantFrom(...PULLED), fc.constantFrom(...KINDS)),
    which: fc.nat(30),
    other: fc.nat(30),
    silent: fc.constantFrom(false, false, true),
    ms: fc.oneof(fc.nat(900), fc.constantFrom(0, 999, 1_000, 61_000)),
  },
  { noNullPrototype: true },
);
