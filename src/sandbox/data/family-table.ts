import { byPlace, type Row, type Table } from './rows.ts';

/** Children that are a function of their parent, made when they are asked for. */
export interface Family {
  /** The fact of the path that says the parent's id. */
  readonly parent: string;
  /** Ids of the parents there are, newest first. */
  parents(): Iterable<string>;
  has(parent: string): boolean;
  /** A parent's children as they were made up, oldest first. */
  make(parent: string): readonly Row[];
  /** How many `make` makes, for less. */
  sizeOf(parent: string): number;
  /** The parent in whose family a made-up key lies. */
  parentOf(key: string): string | undefined;
}

/** A table over generated families: a family is kept in memory once one of its rows was written. */
export function familyTable(family: Family): Table {
  const inMemory = new Map<string, Map<string, Row>>();
  const adopted = new Map<string, string>();

  const keep = (parent: string): Map<string, Row> => {
    let rows = inMemory.get(parent);
    if (rows === undefined) {
      rows = new Map(family.make(parent).map((row) => [row.key, row]));
      inMemory.set(parent, rows);
    }
    return rows;
  };
  const parentOf = (key: string) => adopted.get(key) ?? family.parentOf(key);
  const under = (parent: string): readonly Row[] => {
    if (!family.has(parent)) return [];
    const rows = inMemory.get(parent);
    return rows === undefined ? family.make(parent) : [...rows.values()].sort((a, b) => byPlace(b, a));
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
