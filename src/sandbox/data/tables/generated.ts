import { remembered } from '../remembered.ts';
import type { Place, Row, Table } from '../rows.ts';
import { memoryTable, merged } from './memory.ts';

/** Rows that are kept once they are made: all of a small workspace. */
const KEPT = 1_000;

/** Rows that are computed from their index when a request asks for them. */
export interface Generation {
  /** The rows' times, epoch milliseconds, strictly rising: index 0 is the oldest. */
  readonly times: Float64Array;
  indexOf(key: string): number | undefined;
  make(index: number): Row;
}

/**
 * A table of generated rows. Rows that are written are stored in memory, and take the place of generated
 * ones.
 */
export function generatedTable({ times, indexOf, ...generation }: Generation): Table {
  const make = remembered(generation.make, KEPT);
  const hidden = new Set<number>();
  const written = memoryTable();

  const indexed = (key: string): number | undefined => {
    const index = indexOf(key);
    return index === undefined || index >= times.length || hidden.has(index) ? undefined : index;
  };
  function* generated(from: number): Generator<Row> {
    for (let index = from; index >= 0; index -= 1) if (!hidden.has(index)) yield make(index);
  }
  const all = (rows: Iterable<Row>, after?: Place) =>
    written.size() === 0 ? rows : merged(rows, written.newest(after));
  return {
    size: () => times.length - hidden.size + written.size(),
    get: (key) => {
      const index = indexed(key);
      return index === undefined ? written.get(key) : make(index);
    },
    newest: (after) => {
      if (after === undefined) return all(generated(times.length - 1));
      const last = countBefore(times, after.created + 1) - 1;
      const passed = times[last] === after.created && make(last).key >= after.key;
      return all(generated(passed ? last - 1 : last), after);
    },
    under: () => [],
    set: (row) => {
      const index = indexed(row.key);
      if (index !== undefined) hidden.add(index);
      written.set(row);
    },
    delete: (key) => {
      const index = indexed(key);
      if (index !== undefined) hidden.add(index);
      written.delete(key);
    },
  };
}

/** The number of the rising times that are before an instant. */
function countBefore(times: Float64Array, instant: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? Number.POSITIVE_INFINITY) < instant) low = middle + 1;
    else high = middle;
  }
  return low;
}
