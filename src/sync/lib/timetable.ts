import { type Ticks, ticksOf } from '../../cron.ts';

/** Which of several cron expressions are due, as time goes on. */
export interface Timetable {
  /**
   * Places of the expressions that have come due since the last look, each once however many of its times have passed,
   * and by how many milliseconds the wall clock was set meanwhile, 0 where nobody set it.
   */
  look(now: Clocks): { readonly due: readonly number[]; readonly stepMs: number };
  /** Milliseconds from a wall time to the next tick; Infinity where none comes. */
  untilNext(wall: number): number;
}

/** Two clocks at one moment, in milliseconds: one that can be set (since the epoch), and one that nobody sets. */
export interface Clocks {
  readonly wall: number;
  readonly steady: number;
}

/** By how much the two clocks may drift apart between two looks before one counts as set. */
const STEP_MS = 2_000;

export function newTimetable(crons: readonly string[], zone: string, start: Clocks): Timetable {
  const hands = crons.map((cron) => {
    const ticks = ticksOf(cron, zone);
    return { ticks, next: nextOf(ticks, start.wall) };
  });
  let offset = start.wall - start.steady;
  return {
    look({ wall, steady }) {
      const drift = wall - steady - offset;
      const stepMs = Math.abs(drift) < STEP_MS ? 0 : drift;
      if (stepMs !== 0) offset = wall - steady;
      const due: number[] = [];
      for (const [place, hand] of hands.entries()) {
        const isDue = hand.next <= wall;
        if (isDue) due.push(place);
        // Of a clock that was set back the next time may be hours away, although it comes sooner.
        if (isDue || stepMs < 0) hand.next = nextOf(hand.ticks, wall);
      }
      return { due, stepMs };
    },
    untilNext: (wall) => Math.min(...hands.map(({ next }) => next)) - wall,
  };
}

const nextOf = (ticks: Ticks, after: number) => ticks.next(after) ?? Number.POSITIVE_INFINITY;
