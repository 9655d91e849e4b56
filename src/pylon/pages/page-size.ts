/** How many objects to ask for, learned from how large they were. */
export interface PageSize {
  /** Objects to ask for next. */
  readonly limit: number;
  /** Largest answer worth reading at this limit, in bytes; undefined when nothing smaller can be asked for. */
  readonly maxBytes: number | undefined;
  /** Learns from a page that was read. */
  learn(objects: number, bytes: number): void;
  /** Learns that a page was too large to be read. */
  shrink(): void;
}

const MIB = 1024 * 1024;

/**
 * Page sizes that keep answers near `targetBytes` and never above `capBytes`, whatever objects weigh.
 * Pylon does not say whether the limit may change from page to page of one cursor; its cursors are keysets
 * (observed), for which it makes no difference.
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
      // A near-empty last page says little of what objects weigh.
      if (objects < Math.min(10, limit)) return;
      const fitting = Math.floor(targetBytes / (bytes / objects));
      limit = Math.max(1, Math.min(max, fitting, limit * 4));
    },
    shrink() {
      limit = Math.max(1, Math.floor(limit / 4));
    },
  };
}
