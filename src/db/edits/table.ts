import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { edits } from '../tables.ts';

type Column = keyof typeof edits.$inferSelect;

/**
 * Columns of `edits` by their bare names: for statements in which no other table has a column of that name, and for SET
 * and INSERT, which take no qualified names. A column that was renamed does not compile.
 */
export const col = Object.fromEntries(
  Object.keys(getTableColumns(edits)).map((name) => [name, sql.identifier(name)]),
) as unknown as Readonly<Record<Column, SQL>>;

/** The columns of `edits` under an alias: `${e.state}` where the statement says `FROM ${edits} AS e`. */
export const editsAs = <A extends string>(name: A) => alias(edits, name);
