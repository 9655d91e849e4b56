import { describe, expect, test } from 'vitest';
import { movable, moves, STATES, UNSETTLED } from '../../src/edits/states.ts';

/** Where an edit can be, and what happens to it there. */
const LIVES = [
  ['draft', 'approve', 'pending'],
  ['draft', 'discard', 'discarded'],
  ['pending', 'claim', 'sending'],
  ['pending', 'postpone', 'pending'],
  ['pending', 'answer', 'pending'],
  ['pending', 'settle', 'applied'],
  ['pending', 'refuse', 'failed'],
  ['pending', 'discard', 'discarded'],
  ['pending', 'retry', 'pending'],
  ['pending', 'quarantine', 'draft'],
  ['sending', 'postpone', 'pending'],
  ['sending', 'answer', 'pending'],
  ['sending', 'settle', 'applied'],
  ['sending', 'hold', 'conflict'],
  ['sending', 'refuse', 'failed'],
  ['sending', 'discard', 'discarded'],
  ['sending', 'quarantine', 'draft'],
  ['conflict', 'discard', 'discarded'],
  ['conflict', 'retry', 'pending'],
  ['failed', 'discard', 'discarded'],
  ['failed', 'retry', 'pending'],
] as const;
const EVENTS = [...new Set(LIVES.map(([, event]) => event))];

describe('an edit', () => {
  test('moves from state to state like this, and no other way', () => {
    const all = EVENTS.flatMap((event) =>
      moves(event).from.map((state) => `${state} ${event} ${moves(event).to}`),
    );
    expect(all.sort()).toEqual(LIVES.map((life) => life.join(' ')).sort());
  });

  test('that is applied or discarded stays so', () => {
    for (const event of EVENTS)
      for (const end of ['applied', 'discarded'] as const) expect(moves(event).from).not.toContain(end);
  });

  test('is taken up from no state but `pending`, and so never twice', () => {
    expect(moves('claim')).toEqual({ from: ['pending'], to: 'sending' });
  });

  test('covers its row until it has an end', () => {
    const ends = STATES.filter((state) => !UNSETTLED.some((one) => one === state));
    expect(ends).toEqual(['applied', 'conflict', 'failed', 'discarded']);
  });

  test('that is on its way is moved by nobody but the daemon', () => {
    for (const event of EVENTS) expect(movable(event)).not.toContain('sending');
    expect(movable('discard')).toEqual(['draft', 'pending', 'conflict', 'failed']);
  });
});
