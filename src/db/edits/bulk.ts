import { sql } from 'drizzle-orm';
import { moves } from '../../edits/states.ts';
import type { Resource } from '../../resources/define.ts';
import type { Database } from '../connection/connect.ts';
import type { Lease } from '../lease/lease.ts';
import { writing } from '../lease/transaction.ts';
import { EDIT_COLUMNS, type Edit } from './queue.ts';

/** Fewer records than this go one by one: a bulk takes effect later, and has to be read back. */
const LEAST = 5;

/** What an edit changes, the same for two that change alike: of tags, what it adds and takes away. */
const ALIKE = sql.raw(`jsonb_build_object(
  'fields', e.changes - 'tags',
  'adds', CASE WHEN jsonb_typeof(e.changes->'tags') = 'array' THEN (
    SELECT jsonb_agg(tag ORDER BY tag) FROM jsonb_array_elements_text(e.changes->'tags') AS tag
     WHERE jsonb_typeof(e.base->'tags') <> 'array' OR NOT e.base->'tags' ? tag) END,
  'removes', CASE WHEN jsonb_typeof(e.base->'tags') = 'array' THEN (
    SELECT jsonb_agg(tag ORDER BY tag) FROM jsonb_array_elements_text(e.base->'tags') AS tag
     WHERE NOT e.changes->'tags' ? tag) END)`);

/**
 * Takes up, for the first time, edits of many records that are changed alike, as many as one request takes: each the
 * only edit of its record that waits. None where there are too few to be worth it.
 */
export async function claimBulk(
  db: Database,
  lease: Lease,
  { name, writes }: Resource,
): Promise<readonly Edit[]> {
  const bulk = writes?.bulk;
  if (bulk === undefined) return [];
  const { to } = moves('claim');
  const { rows } = await writing(db, lease, (tx) =>
    tx.execute<Edit & Record<string, unknown>>(sql`
      WITH fit AS (
        SELECT e.id, ${ALIKE} AS alike FROM pylon_sync.edits AS e
         WHERE e.resource = ${name} AND e.state = 'pending' AND e.operation = 'update' AND e.attempts = 0 AND NOT e.in_doubt
           AND e.answer IS NULL AND e.forced IS NULL AND e.next_attempt_at <= clock_timestamp()
           AND e.changes - ${sql.param([...bulk.columns])}::text[] = '{}'
           AND NOT EXISTS (
             SELECT FROM pylon_sync.edits AS o
              WHERE o.resource = e.resource AND o.record_id = e.record_id AND o.id <> e.id
                AND o.state IN ('pending', 'sending'))),
      chosen AS (
        SELECT alike FROM fit WHERE alike->'adds' = 'null' OR alike->'removes' = 'null'
         GROUP BY alike HAVING count(*) >= ${LEAST} ORDER BY min(id) LIMIT 1),
      taken AS (
        SELECT e.id FROM fit JOIN chosen USING (alike) JOIN pylon_sync.edits AS e ON e.id = fit.id
         WHERE e.state = 'pending' ORDER BY e.id LIMIT ${bulk.most} FOR NO KEY UPDATE OF e SKIP LOCKED)
      UPDATE pylon_sync.edits AS e SET state = ${to}, sent_at = clock_timestamp(), attempts = e.attempts + 1
        FROM taken WHERE e.id = taken.id AND e.state = 'pending'
      RETURNING ${EDIT_COLUMNS}`),
  );
  return [...rows].sort((a, b) => a.id - b.id);
}
