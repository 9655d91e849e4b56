import { Dice } from '../../src/sandbox/data/random.ts';
import type { World } from '../../src/sandbox/start.ts';
import { actsOf } from './acts.ts';
import { picksOf } from './picks.ts';

/** What happens in Pylon, at random: the same for the same seed and world. */
export interface Mix {
  /** Does one thing. */
  step(): void;
  /** How often each thing was done. */
  readonly counts: Readonly<Record<string, number>>;
  /**
   * Records (`<resource> <id>`) that changed without anything's pointing to it: they are due when everything of
   * their kind is read again, within a day.
   */
  readonly silent: ReadonlySet<string>;
}

export function newMix(world: World, seed: number): Mix {
  const counts: Record<string, number> = {};
  const silent = new Set<string>();
  let made = 0;
  const acts = actsOf(world, { silent, made: () => made });
  const picks = picksOf(world, new Dice(seed));
  const whole = acts.reduce((sum, [weight]) => sum + weight, 0);
  return {
    counts,
    silent,
    step() {
      made += 1;
      let at = (picks.dice.below(1_000_000) / 1_000_000) * whole;
      for (const [weight, what, act] of acts) {
        at -= weight;
        if (at > 0) continue;
        if (act(picks)) counts[what] = (counts[what] ?? 0) + 1;
        return;
      }
    },
  };
}
