import { type Event, moves, type State } from './states.ts';

/** States from which a person moves an edit: one that is under way is the daemon's. */
export const movable = (event: Event): readonly State[] =>
  moves(event).from.filter((state) => state !== 'sending');
