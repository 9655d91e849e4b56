import { type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import { PROVISIONAL } from '../../edits/provisional.ts';
import { UNSETTLED } from '../../edits/states.ts';
import { edits } from '../tables.ts';
import { editsAs } from './table.ts';

const STRINGS = sql.raw(`'$.** ? (@.type() == "string" && @ starts with "${PROVISIONAL}")'`);
const STATES = sql.raw(UNSETTLED.map((state) => `'${state}'`).join(', '));

const made = editsAs('made');

/** Whether a create, `made`, is a draft or waits for its time. */
export const isLate = sql`${made.state} = 'draft' OR ${made.next_attempt_at} > clock_timestamp()`;

/**
 * SQL: whether the edit with the given alias refers to another record that is not created yet. `and` is a further
 * condition on the create, whose alias is `made`.
 */
export const namesUncreated = (
  e: Readonly<Record<'changes' | 'record_id', AnyPgColumn>>,
  and: SQL = sql`true`,
): SQL => sql`(${e.changes}::text LIKE ${sql.raw(`'%"${PROVISIONAL}%'`)} AND EXISTS (
    SELECT FROM jsonb_path_query(${e.changes}, ${STRINGS}) AS named
     CROSS JOIN LATERAL (
       SELECT FROM ${edits} AS made
        WHERE ${made.record_id} = named #>> '{}' AND ${made.operation} = 'create'
          AND ${made.record_id} <> ${e.record_id} AND ${made.state} IN (${STATES}) AND (${and})
       OFFSET 0) AS made))`;
