import { type SQL, sql } from 'drizzle-orm';
import { moves } from '../../edits/states.ts';
import type { Resource } from '../../resources/define.ts';
import type { Writes } from '../../resources/writes.ts';
import { factsIn } from '../../route.ts';
import type { Database } from '../connection/connect.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';
import { edits } from '../tables.ts';
import { ofItsRecord } from './of-its-record.ts';
import { EDIT_COLUMNS, type Edit, IS_PENDING, LEAST_IN_BULK, NOW, WINDOW } from './queue.ts';
import { col, editsAs } from './table.ts';
import { namesProvisional } from './uncreated.ts';

const e = editsAs('e');
const o = editsAs('o');

type Bulk = NonNullable<Writes['bulk']>;

/**
 * SQL: the changes of an edit, equal for two edits that make the same change; for a set, what it adds and removes.
 */
const alikeIn = ({ table }: Resource, { set, path }: Bulk): SQL => {
  const column = sql`${set?.column ?? ''}::text`;
  const [wanted, stood] = [sql`${e.changes}->${column}`, sql`${e.base}->${column}`];
  // One request is for records with the same path.
  const facts = factsIn(path).map((name) => sql`row.${sql.identifier(name)}`);
  const of =
    facts.length === 0
      ? sql`NULL`
      : sql`(SELECT jsonb_build_array(${sql.join(facts, sql`, `)}) FROM ${table} AS row WHERE row.id = ${e.record_id})`;
  return sql`jsonb_build_object(
  'of', ${of},
  'fields', ${e.changes} - ${column},
  'adds', CASE WHEN jsonb_typeof(${wanted}) = 'array' THEN (
    SELECT jsonb_agg(one ORDER BY one) FROM jsonb_array_elements_text(${wanted}) AS one
     WHERE jsonb_typeof(${stood}) <> 'array' OR NOT ${stood} ? one) END,
  'removes', CASE WHEN jsonb_typeof(${stood}) = 'array' THEN (
    SELECT jsonb_agg(one ORDER BY one) FROM jsonb_array_elements_text(${stood}) AS one
     WHERE NOT ${wanted} ? one) END)`;
};

/**
 * Claims edits that make the same change in many records, at most as many as one request can carry. Each was never
 * tried, is the only waiting edit of its record, and names no record by a provisional id. Looks only at those that have been due for longest, however many
 * wait; the others come into view as these are sent. Returns none if there are too few for a bulk request.
 */
export async function claimBulk(db: Database, lease: Lease, resource: Resource): Promise<readonly Edit[]> {
  const { name, writes } = resource;
  const bulk = writes?.bulk;
  if (bulk === undefined) return [];
  const { to } = moves('claim');
  const { rows } = await writing(db, lease, (tx) =>
    tx.execute<Edit & Record<string, unknown>>(sql`
      WITH fit AS (
        SELECT ${e.id}, ${alikeIn(resource, bulk)} AS alike
          FROM (SELECT e.* FROM ${edits} AS e
                 WHERE ${e.resource} = ${name} AND ${e.state} = 'pending' AND ${e.next_attempt_at} <= ${NOW}
                 ORDER BY ${e.next_attempt_at}, ${e.id} LIMIT ${WINDOW}) AS e
         WHERE ${e.operation} = 'update' AND ${e.attempts} = 0 AND NOT ${e.in_doubt} AND ${e.answer} IS NULL AND ${e.forced} IS NULL
           AND ${e.changes} - ${sql.param([...bulk.columns])}::text[] = '{}'
           AND NOT ${namesProvisional(e)}
           AND NOT ${ofItsRecord(sql`${o.id} <> ${e.id} AND ${o.state} IN ('pending', 'sending')`)}),
      chosen AS (
        SELECT alike FROM fit WHERE alike->'adds' = 'null' OR alike->'removes' = 'null'
         GROUP BY alike HAVING count(*) >= ${LEAST_IN_BULK} ORDER BY min(id) LIMIT 1),
      taken AS (
        SELECT ${e.id} FROM ${edits} AS e
         WHERE ${e.id} = ANY(ARRAY(SELECT fit.id FROM fit JOIN chosen USING (alike) ORDER BY fit.id LIMIT ${bulk.most}))
           AND ${IS_PENDING} ORDER BY ${e.id} FOR NO KEY UPDATE SKIP LOCKED)
      UPDATE ${edits} AS e SET ${col.state} = ${to}, ${col.sent_at} = clock_timestamp(), ${col.attempts} = ${e.attempts} + 1
       WHERE ${e.id} = ANY(ARRAY(SELECT id FROM taken)) AND ${IS_PENDING}
      RETURNING ${EDIT_COLUMNS}`),
  );
  return [...rows].sort((a, b) => a.id - b.id);
}
