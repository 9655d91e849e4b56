import type { Resource } from '../../../resources/define.ts';
import { asColumns } from './as-columns.sql.ts';
import { columnsOf } from './columns-of.sql.ts';
import { markAsDaemon } from './mark-as-daemon.sql.ts';
import { mergeRows } from './merge-rows.sql.ts';
import { putColumns } from './put-columns.sql.ts';
import { putColumnsOfMany } from './put-columns-of-many.sql.ts';
import { putRow } from './put-row.sql.ts';
import { readAgain } from './read-again.sql.ts';
import { shownColumns } from './shown-columns.sql.ts';

/** The functions that lock, write and remove rows of the mirror by the name of their table. */
export const rowFunctions = (resources: readonly Resource[]): readonly string[] => [
  columnsOf,
  asColumns,
  ...putRow,
  mergeRows,
  putColumns,
  putColumnsOfMany,
  shownColumns(resources),
  markAsDaemon,
  readAgain(resources),
];
