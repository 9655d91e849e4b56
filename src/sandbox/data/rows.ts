/** An object's fields, as JSON values. */
export type Fields = Record<string, unknown>;

/** What only the path of a request contains about an object: its parent's id, its language. */
export type Facts = Readonly<Record<string, string>>;

/** An object, and what its path contains. */
export type Child = readonly [object: Fields, path: Facts];

/** An object's place in a listing: newest first, then by key. */
export interface Place {
  /** Epoch milliseconds. */
  readonly created: number;
  readonly key: string;
}

/** One object of the workspace. */
export interface Row extends Place {
  readonly path: Facts;
  /** To be served exactly as it is: without signed links and moving counters. */
  readonly raw: boolean;
  /** The stored object: unsigned links, counters as of its last change. Must not be modified. */
  readonly object: Fields;
  /**
   * A time field (epoch milliseconds), without computing the object; `undefined` if that needs the object.
   */
  peek?(field: string): number | undefined;
}

/** Every object of one kind. */
export interface Table {
  size(): number;
  get(key: string): Row | undefined;
  /** Newest first, starting after a place. */
  newest(after?: Place): Iterable<Row>;
  /** Those of one parent, oldest first. */
  under(parent: string): readonly Row[];
  set(row: Row): void;
  delete(key: string): void;
}

/** Negative if `a` comes before `b`: it is newer, or of the same millisecond with the greater key. */
export function byPlace(a: Place, b: Place): number {
  if (a.created !== b.created) return b.created - a.created;
  return a.key < b.key ? 1 : a.key > b.key ? -1 : 0;
}

/** The index of the first row after a place, in rows that are newest first. */
export function firstBehind(rows: readonly Row[], place: Place): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const row = rows[middle];
    if (row !== undefined && byPlace(row, place) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
