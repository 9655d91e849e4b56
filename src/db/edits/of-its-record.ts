import { type SQL, sql } from 'drizzle-orm';
import { edits } from '../tables.ts';
import { editsAs } from './table.ts';

const e = editsAs('e');
const o = editsAs('o');

/**
 * SQL: whether a condition is true of any edit, `o`, of the record of edit `e`. `OFFSET 0` makes Postgres look for each
 * record by itself: with statistics from before the edits, it would rather read all of the resource for each.
 */
export const ofItsRecord = (condition: SQL): SQL => sql`EXISTS (
    SELECT FROM ${edits} AS o
     WHERE ${o.resource} = ${e.resource} AND ${o.record_id} = ${e.record_id} AND ${condition}
    OFFSET 0)`;
