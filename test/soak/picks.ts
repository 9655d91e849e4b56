import type { Dice } from '../../src/sandbox/data/random.ts';
import type { World } from '../../src/sandbox/start.ts';

/** Now, as Pylon's bodies have it. */
export const iso = () => new Date().toISOString().replace(/\.\d+Z$/, 'Z');

/** Random choices among what a world holds at the moment. */
export interface Picks {
  readonly dice: Dice;
  /** The id of some record; undefined where there is none. */
  id(resource: string): string | undefined;
}

export function picksOf(world: World, dice: Dice): Picks {
  return {
    dice,
    id(resource) {
      const count = world.count(resource);
      if (count === 0) return undefined;
      let left = dice.below(count);
      for (const { object } of world.all(resource)) {
        if (left === 0) return typeof object.id === 'string' ? object.id : undefined;
        left -= 1;
      }
      return undefined;
    },
  };
}
