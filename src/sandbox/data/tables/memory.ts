import { byPlace, firstBehind, type Place, type Row, type Table } from '../rows.ts';

/** A table in memory; `parent` names the part of the path with the parent's id. */
export function memoryTable(rows: Iterable<Row> = [], parent?: string): Table {
  const byKey = new Map<string, Row>();
  const children = new Map<string, Set<string>>();
  let sorted: Row[] | undefined;

  const family = (row: Row): Set<string> | undefined => {
    const id = parent === undefined ? undefined : row.path[parent];
    if (id === undefined) return undefined;
    let keys = children.get(id);
    if (keys === undefined) {
      keys = new Set();
      children.set(id, keys);
    }
    return keys;
  };
  const table: Table = {
    size: () => byKey.size,
    get: (key) => byKey.get(key),
    *newest(after) {
      sorted ??= [...byKey.values()].sort(byPlace);
      const rows = sorted;
      for (let i = after === undefined ? 0 : firstBehind(rows, after); i < rows.length; i += 1) {
        const row = rows[i];
        if (row !== undefined) yield row;
      }
    },
    under: (id) =>
      [...(children.get(id) ?? [])].flatMap((key) => byKey.get(key) ?? []).sort((a, b) => byPlace(b, a)),
    set: (row) => {
      const before = byKey.get(row.key);
      if (before !== undefined) family(before)?.delete(row.key);
      byKey.set(row.key, row);
      family(row)?.add(row.key);
      sorted = undefined;
    },
    delete: (key) => {
      const row = byKey.get(key);
      if (row === undefined) return;
      family(row)?.delete(key);
      byKey.delete(key);
      sorted = undefined;
    },
  };
  for (const row of rows) table.set(row);
  return table;
}

/** The rows of two listings, both newest first, as one. */
export function* merged(left: Iterable<Row>, right: Iterable<Row>): Generator<Row> {
  const a = left[Symbol.iterator]();
  const b = right[Symbol.iterator]();
  let x = a.next();
  let y = b.next();
  while (!x.done && !y.done) {
    if (byPlace(x.value, y.value) <= 0) {
      yield x.value;
      x = a.next();
    } else {
      yield y.value;
      y = b.next();
    }
  }
  for (; !x.done; x = a.next()) yield x.value;
  for (; !y.done; y = b.next()) yield y.value;
}

/** The rest of a short list after a place; the list may be in either order. */
export function behind(
  rows: readonly Row[],
  place: Place | undefined,
  order: 'newest' | 'oldest',
): readonly Row[] {
  if (place === undefined) return rows;
  return rows.filter((row) => (order === 'newest' ? byPlace(place, row) < 0 : byPlace(place, row) > 0));
}
