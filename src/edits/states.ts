/** Where an edit stands. */
export const STATES = ['draft', 'pending', 'sending', 'applied', 'conflict', 'failed', 'discarded'] as const;
export type State = (typeof STATES)[number];

/** What can happen to an edit. */
const EVENTS = [
  /** A person lets a draft go. */
  'approve',
  /** The daemon takes it up. */
  'claim',
  /** Nothing was done, or nobody knows whether: it is taken up again later. */
  'postpone',
  /** Pylon has answered, and storing what it said fails: from now on it is only settled, never sent. */
  'answer',
  /** Pylon shows it. */
  'settle',
  /** Both sides changed the same, and a person has to say which holds. */
  'hold',
  /** Pylon refuses it for good. */
  'refuse',
  /** A person, a later edit or the conflict policy drops it. */
  'discard',
  /** A person wants it tried again. */
  'retry',
  /** The database was copied or restored: nothing leaves it before a person has looked. */
  'quarantine',
] as const;
export type Event = (typeof EVENTS)[number];

/**
 * What each event makes of each state; null where it cannot happen. The one table of transitions: whatever
 * moves an edit, in this process or in the database, goes by it.
 */
const TRANSITIONS = {
  draft: {
    approve: 'pending',
    claim: null,
    postpone: null,
    answer: null,
    settle: null,
    hold: null,
    refuse: null,
    discard: 'discarded',
    retry: null,
    quarantine: null,
  },
  pending: {
    approve: null,
    claim: 'sending',
    postpone: 'pending',
    answer: 'pending',
    // An edit of a record that Pylon is not to have any more, or that a create carries already.
    settle: 'applied',
    hold: null,
    refuse: 'failed',
    discard: 'discarded',
    retry: 'pending',
    quarantine: 'draft',
  },
  sending: {
    approve: null,
    claim: null,
    postpone: 'pending',
    answer: 'pending',
    settle: 'applied',
    hold: 'conflict',
    refuse: 'failed',
    discard: 'discarded',
    retry: null,
    quarantine: 'draft',
  },
  applied: {
    approve: null,
    claim: null,
    postpone: null,
    answer: null,
    settle: null,
    hold: null,
    refuse: null,
    discard: null,
    retry: null,
    quarantine: null,
  },
  conflict: {
    approve: null,
    claim: null,
    postpone: null,
    answer: null,
    settle: null,
    hold: null,
    refuse: null,
    discard: 'discarded',
    retry: 'pending',
    quarantine: null,
  },
  failed: {
    approve: null,
    claim: null,
    postpone: null,
    answer: null,
    settle: null,
    hold: null,
    refuse: null,
    discard: 'discarded',
    retry: 'pending',
    quarantine: null,
  },
  discarded: {
    approve: null,
    claim: null,
    postpone: null,
    answer: null,
    settle: null,
    hold: null,
    refuse: null,
    discard: null,
    retry: null,
    quarantine: null,
  },
} as const satisfies Readonly<Record<State, Readonly<Record<Event, State | null>>>>;

/** States from which an event leads somewhere, and where: always one and the same. */
export function moves(event: Event): { readonly from: readonly State[]; readonly to: State } {
  const from = STATES.filter((state) => TRANSITIONS[state][event] !== null);
  const [to, ...others] = new Set(from.map((state) => TRANSITIONS[state][event]));
  if (to == null || others.length > 0) throw new TypeError(`${event} leads to more than one state`);
  return { from, to };
}

/** States in which an edit is not settled: the row shows it, pulls leave it alone. */
export const UNSETTLED = ['draft', 'pending', 'sending'] as const satisfies readonly State[];

/** States from which a person moves an edit: one that is under way is the daemon's. */
export const movable = (event: Event): readonly State[] =>
  moves(event).from.filter((state) => state !== 'sending');
