import { getTableColumns } from 'drizzle-orm';
import type { Resource } from '../../src/resources/define.ts';

/** A column with another record's id, and what the two records call each other. */
export interface Relation {
  /** The tables: the one with the column, and the one that it refers to. */
  readonly from: string;
  readonly column: string;
  readonly to: string;
  /** The name of the one record, on the side of the column. */
  readonly one: string;
  /** The name of the many records, on the other side. */
  readonly many: string;
}

const stemOf = (column: string): string => column.replace(/_id$/, '');

/**
 * Every reference between tables of the mirror. A reference is called like its column without `_id`; the records that
 * refer to one are called like their table, and by the column too where several columns refer to one table, where the
 * table refers to itself, or where a column has that name.
 */
export function relationsOf(resources: readonly Resource[]): readonly Relation[] {
  const columnsOf = new Map(resources.map(({ name, table }) => [name, Object.keys(getTableColumns(table))]));
  return resources.flatMap(({ name, refers = {} }) =>
    Object.entries(refers).map(([column, to]) => {
      const isAlone = to !== name && Object.values(refers).filter((other) => other === to).length === 1;
      const isFree = !(columnsOf.get(to) ?? []).includes(name);
      const stem = stemOf(column);
      return {
        ...{ from: name, column, to },
        one: (columnsOf.get(name) ?? []).includes(stem) ? `${stem}_record` : stem,
        many: isAlone && isFree ? name : `${name}_by_${stem}`,
      };
    }),
  );
}

/** The names on a table's side of its relations, each once. */
export function namesOn(table: string, relations: readonly Relation[]): readonly string[] {
  return relations.flatMap(({ from, to, one, many }) => [
    ...(from === table ? [one] : []),
    ...(to === table ? [many] : []),
  ]);
}
