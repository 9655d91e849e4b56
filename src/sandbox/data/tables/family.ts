import { remembered } from '../remembered.ts';
import { byPlace, type Row, type Table } from '../rows.ts';

/** Parents whose children are kept once they are made: all of a small workspace. */
const KEPT = 200;

/** Children that are computed from their parent when a request asks for them. */
export interface Family {
  /** The part of the path with the parent's id. */
  readonly parent: string;
  /** The ids of all parents, newest first. */
  parents(): Iterable<string>;
  has(parent: string): boolean;
  /** A parent's generated children, oldest first. */
  make(parent: string): readonly Row[];
  /** The number of children that `make` returns, at less cost. */
  sizeOf(parent: string): number;
  /** The parent of the child with a generated key. */
  parentOf(key: string): string | undefined;
}

/**
 * A table of generated children. Once a child is written, all children of its parent are stored in memory.
 */
export function familyTable(family: Family): Table {
  const make = remembered(family.make, KEPT);
  const inMemory = new Map<string, Map<string, Row>>();
  const adopted = new Map<string, string>();

  const keep = (parent: string): Map<string, Row> => {
    let rows = inMemory.get(parent);
    if (rows === undefined) {
      rows = new Map(make(parent).map((row) => [row.key, row]));
      inMemory.set(parent, rows);
    }
    return rows;
  };
  const parentOf = (key: string) => adopted.get(key) ?? family.parentOf(key);
  const under = (parent: string): readonly Row[] => {
    if (!family.has(parent)) return [];
    const rows = inMemory.get(parent);
    return rows === undefined ? make(parent) : [...rows.values()].sort((a, b) => byPlace(b, a));
  };
  return {
    size: () => {
      let size = 0;
      for (const parent of family.parents()) size += inMemory.get(parent)?.size ?? family.sizeOf(parent);
      return size;
    },
    get: (key) => {
      const parent = parentOf(key);
      return parent === undefined ? undefined : under(parent).find((row) => row.key === key);
    },
    *newest() {
      for (const parent of family.parents()) yield* under(parent);
    },
    under,
    set: (row) => {
      const parent = row.path[family.parent] ?? '';
      keep(parent).set(row.key, row);
      adopted.set(row.key, parent);
    },
    delete: (key) => {
      const parent = parentOf(key);
      if (parent !== undefined) keep(parent).delete(key);
      adopted.delete(key);
    },
  };
}
