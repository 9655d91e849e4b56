import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import { alias, getTableConfig } from 'drizzle-orm/pg-core';
import { edits } from '../tables.ts';

/** A column of `edits`. */
export type EditColumn = keyof typeof edits.$inferSelect;

/**
 * Columns of `edits` by their bare names: for statements in which no other table has a column of that name, and for SET
 * and INSERT, which take no qualified names. A column that was renamed does not compile.
 */
export const col = Object.fromEntries(
  Object.keys(getTableColumns(edits)).map((name) => [name, sql.identifier(name)]),
) as unknown as Readonly<Record<EditColumn, SQL>>;

/** The columns of `edits` under an alias: `${e.state}` where the statement says `FROM ${edits} AS e`. */
export const editsAs = <A extends string>(name: A) => alias(edits, name);

/** The table in SQL that is text, such as the definition of a view. */
export const EDITS = (({ schema, name }) => `${schema}.${name}`)(getTableConfig(edits));

/** The columns of `edits` in SQL that is text, under an alias: `${e.state}` where it says `FROM ${EDITS} AS e`. */
export const editsText = (as: string) =>
  Object.fromEntries(Object.keys(getTableColumns(edits)).map((name) => [name, `${as}.${name}`])) as Readonly<
    Record<EditColumn, string>
  >;
