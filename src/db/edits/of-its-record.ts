import { type SQL, sql } from 'drizzle-orm';
import { edits } from '../tables.ts';
import { editsAs } from './table.ts';

const e = editsAs('e');
const o = editsAs('o');

/**
 * SQL: a FROM item, the edits `o` of the record of edit `e` that are neither applied nor discarded. `OFFSET 0` makes
 * Postgres look for each record by itself, and keeps further conditions from its choice of the index: with statistics
 * from before the edits, it would rather read all of the resource for each, or all of its edits that wait.
 */
export const openOfItsRecord = sql`(
    SELECT ${o.id}, ${o.resource}, ${o.record_id}, ${o.state}, ${o.changes}, ${o.base}, ${o.next_attempt_at} FROM ${edits} AS o
     WHERE ${o.resource} = ${e.resource} AND ${o.record_id} = ${e.record_id}
       AND ${o.state} IN ('draft', 'pending', 'sending', 'conflict', 'failed')
    OFFSET 0) AS o`;

/** SQL: whether a condition is true of any of these edits. */
export const ofItsRecord = (condition: SQL): SQL =>
  sql`EXISTS (SELECT FROM ${openOfItsRecord} WHERE ${condition})`;
