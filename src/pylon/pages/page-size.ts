/** How many objects to ask for in a page, adapted to the size of the objects. */
export interface PageSize {
  /** Objects to ask for next. */
  readonly limit: number;
  /** The largest answer to read at this limit, in bytes; undefined when the limit cannot be lowered. */
  readonly maxBytes: number | undefined;
  /** Adapts the limit to a page that was read. */
  learn(objects: number, bytes: number): void;
  /** Lowers the limit after a page that was too large to be read. */
  shrink(): void;
}

const MIB = 1024 * 1024;

/**
 * Page sizes that keep answers near `targetBytes` and, unless a single object is larger, below `capBytes`. Pylon does
 * not document whether the limit may change between the pages of one listing; its cursors have been observed to be
 * keysets, for which that makes no difference.
 */
export function pageSize({
  max,
  targetBytes = 2 * MIB,
  capBytes = 24 * MIB,
}: {
  max: number;
  targetBytes?: number;
  capBytes?: number;
}): PageSize {
  let limit = max;
  return {
    get limit() {
      return limit;
    },
    get maxBytes() {
      return limit > 1 ? capBytes : undefined;
    },
    learn(objects, bytes) {
      // A nearly empty last page says little about the size of the objects.
      if (objects < Math.min(10, limit)) return;
      const fitting = Math.floor(targetBytes / (bytes / objects));
      limit = Math.max(1, Math.min(max, fitting, limit * 4));
    },
    shrink() {
      limit = Math.max(1, Math.floor(limit / 4));
    },
  };
}
