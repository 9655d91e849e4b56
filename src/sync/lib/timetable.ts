import { type Ticks, ticksOf } from '../../cron.ts';

/** Tells which of several cron expressions are due. */
export interface Timetable {
  /**
   * `due`: indexes of the expressions that have come due since the last look, each once even if several of its times
   * have passed. `stepMs`: by how many milliseconds the wall clock was set meanwhile, or 0.
   */
  look(now: Clocks): { readonly due: readonly number[]; readonly stepMs: number };
  /** Milliseconds from a wall time to the next tick; Infinity if there is none. */
  untilNext(wall: number): number;
}

/** Two clocks at one moment, in milliseconds: the wall clock (since the epoch) and a monotonic one. */
export interface Clocks {
  readonly wall: number;
  readonly steady: number;
}

/** How far the two clocks may drift apart between two looks before the wall clock counts as set. */
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
        // After the clock was set back, the next time computed before may be hours too late.
        if (isDue || stepMs < 0) hand.next = nextOf(hand.ticks, wall);
      }
      return { due, stepMs };
    },
    untilNext: (wall) => Math.min(...hands.map(({ next }) => next)) - wall,
  };
}

const nextOf = (ticks: Ticks, after: number) => ticks.next(after) ?? Number.POSITIVE_INFINITY;
