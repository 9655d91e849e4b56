import { type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import { PROVISIONAL } from '../../edits/provisional.ts';
import { UNSETTLED } from '../../edits/states.ts';
import { edits } from '../tables.ts';
import { editsAs } from './table.ts';

const STRINGS = sql.raw(`'$.** ? (@.type() == "string" && @ starts with "${PROVISIONAL}")'`);
const STATES = sql.raw(UNSETTLED.map((state) => `'${state}'`).join(', '));

const made = editsAs('made');

/** SQL: whether an edit has a text that may be a provisional id. */
const mayName = (changes: AnyPgColumn) => sql`${changes}::text LIKE ${sql.raw(`'%"${PROVISIONAL}%'`)}`;

/** Whether a create, `made`, is a draft or waits for its time. */
export const isLate = sql`${made.state} = 'draft' OR ${made.next_attempt_at} > clock_timestamp()`;

/**
 * SQL: whether the edit with the given alias refers to another record that is not created yet. `and` is a further
 * condition on the create, whose alias is `made`.
 */
export const namesUncreated = (
  e: Readonly<Record<'changes' | 'record_id', AnyPgColumn>>,
  and: SQL = sql`true`,
): SQL => sql`(${mayName(e.changes)} AND EXISTS (
    SELECT FROM jsonb_path_query(${e.changes}, ${STRINGS}) AS named
     CROSS JOIN LATERAL (
       SELECT FROM ${edits} AS made
        WHERE ${made.record_id} = named #>> '{}' AND ${made.operation} = 'create'
          AND ${made.record_id} <> ${e.record_id} AND ${made.state} IN (${STATES}) AND (${and})
       OFFSET 0) AS made))`;

/** SQL: whether the edit names a record by its provisional id, be it created or not. */
export const namesProvisional = ({
  changes,
}: Readonly<Record<'changes', AnyPgColumn>>): SQL => sql`(${mayName(changes)} AND EXISTS (
    SELECT FROM jsonb_path_query(${changes}, ${STRINGS}) AS named
     CROSS JOIN LATERAL (
       SELECT 1 FROM ${edits} AS made WHERE ${made.record_id} = named #>> '{}' AND ${made.operation} = 'create'
        UNION ALL
       SELECT 1 FROM pylon_sync.ids WHERE ids.provisional = named #>> '{}'
       OFFSET 0) AS made))`;
