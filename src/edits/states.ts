/** The states of an edit. */
export const STATES = ['draft', 'pending', 'sending', 'applied', 'conflict', 'failed', 'discarded'] as const;
export type State = (typeof STATES)[number];

/** The events of an edit. */
const EVENTS = [
  /** A person approves a draft. */
  'approve',
  /** The daemon claims it. */
  'claim',
  /** Nothing was done, or the outcome is unknown: it is claimed again later. */
  'postpone',
  /** Pylon has answered, but storing the outcome failed: from now on the edit is only settled, never sent. */
  'answer',
  /** Pylon shows the change. */
  'settle',
  /** Both sides changed the same field, and a person has to decide. */
  'hold',
  /** Pylon refuses it for good. */
  'refuse',
  /** A person, a later edit or the conflict policy drops it. */
  'discard',
  /** A person retries it. */
  'retry',
  /** The database was copied or restored: nothing is sent from it before a person has approved. */
  'quarantine',
] as const;
export type Event = (typeof EVENTS)[number];

/**
 * The next state for each event and state; null if the event cannot happen. Everything that changes the state of an
 * edit, in this process or in the database, uses this table.
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
    // For an edit of a record that is deleted, or whose change a create request already carries.
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

/** The states in which an event can happen, and the state that it leads to, which is the same for all. */
export function moves(event: Event): { readonly from: readonly State[]; readonly to: State } {
  const from = STATES.filter((state) => TRANSITIONS[state][event] !== null);
  const [to, ...others] = new Set(from.map((state) => TRANSITIONS[state][event]));
  if (to == null || others.length > 0) throw new TypeError(`${event} leads to more than one state`);
  return { from, to };
}

/** The states of an unsettled edit: the row shows its values, and pulls do not overwrite them. */
export const UNSETTLED = ['draft', 'pending', 'sending'] as const satisfies readonly State[];

/** The states in which a person can cause an event: not while the daemon is sending the edit. */
export const movable = (event: Event): readonly State[] =>
  moves(event).from.filter((state) => state !== 'sending');
