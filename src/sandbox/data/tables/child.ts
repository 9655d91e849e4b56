import type { Row, Table } from '../rows.ts';

/**
 * A table of children that exist only while their parent does; `fact` is the part of their path with its id.
 */
export function childTable(children: Table, fact: string, parents: Table): Table {
  const isThere = (row: Row) => parents.get(row.path[fact] ?? '') !== undefined;
  return {
    ...children,
    size: () => {
      let size = 0;
      for (const row of children.newest()) if (isThere(row)) size += 1;
      return size;
    },
    get: (key) => {
      const row = children.get(key);
      return row !== undefined && isThere(row) ? row : undefined;
    },
    *newest(after) {
      for (const row of children.newest(after)) if (isThere(row)) yield row;
    },
    under: (parent) => (parents.get(parent) === undefined ? [] : children.under(parent)),
  };
}
