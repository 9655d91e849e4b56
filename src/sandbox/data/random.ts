/** Murmur's 32-bit finalizer: a bijection that leaves no trace of order. */
function scramble(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The inverse of `scramble`. */
function unscramble(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x7ed1b41d);
  h = Math.imul(h ^ (h >>> 13) ^ (h >>> 26), 0xa5cb9243);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Combines several numbers into a 32-bit one, always in the same way. */
export function mix(...parts: readonly number[]): number {
  let h = 0x9e3779b9;
  for (let i = 0; i < parts.length; i += 1) h = scramble(h ^ scramble((parts[i] ?? 0) + 0x7f4a7c15));
  return h;
}

/** A number for a name, so that each kind of object has a random stream of its own. */
export function salt(name: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < name.length; i += 1) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** A pseudo-random stream; the same start gives the same stream. A class, because millions are created. */
export class Dice {
  #state: number;

  constructor(start: number) {
    this.#state = start | 0;
  }

  /** A whole number from 0 to `sides - 1`. */
  below(sides: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * sides);
  }

  /** True with probability `part`. */
  chance(part: number): boolean {
    return this.below(1_000_000) < part * 1_000_000;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const hex16 = (value: number) => `${HEX[(value >>> 8) & 255]}${HEX[value & 255]}`;
const hex32 = (value: number) => `${hex16(value >>> 16)}${hex16(value & 65_535)}`;

/**
 * Ids of one kind of object: like UUIDs, different for each index, and the index can be computed from the id.
 */
export interface Ids {
  of(index: number): string;
  /** The index of an id; `undefined` for any other text. */
  indexOf(id: string): number | undefined;
}

/** One id in a hundred has a version nibble that no standard knows, as Pylon's sometimes have. */
export function ids(seed: number, kind: string): Ids {
  const key = mix(seed, salt(kind));
  const of = (index: number): string => {
    const first = scramble((index ^ key) >>> 0);
    const second = scramble(first ^ key);
    const third = scramble(second + 1);
    const version = index % 100 === 99 ? '0' : '4';
    return `${hex32(first)}-${hex16(second >>> 16)}-${version}${hex16(second).slice(1)}-a${hex16(third).slice(1)}-${hex32(third ^ key)}${hex16(third >>> 16)}`;
  };
  return {
    of,
    indexOf: (id) => {
      if (!/^[0-9a-f]{8}-/.test(id)) return undefined;
      const index = (unscramble(Number.parseInt(id.slice(0, 8), 16)) ^ key) >>> 0;
      return of(index) === id ? index : undefined;
    },
  };
}
