import { type SQL, sql } from 'drizzle-orm';
import { PROVISIONAL } from '../../edits/provisional.ts';
import { UNSETTLED } from '../../edits/states.ts';

const STRINGS = sql.raw(`'$.** ? (@.type() == "string" && @ starts with "${PROVISIONAL}")'`);
const STATES = sql.raw(UNSETTLED.map((state) => `'${state}'`).join(', '));

/**
 * SQL: whether the edit with the given alias refers to another record that is not created yet. `and` is a further
 * condition on the create, whose alias is `made`.
 */
export function namesUncreated(alias: string, and = 'true'): SQL {
  const e = sql.raw(alias);
  return sql`(${e}.changes::text LIKE ${sql.raw(`'%"${PROVISIONAL}%'`)} AND EXISTS (
    SELECT FROM jsonb_path_query(${e}.changes, ${STRINGS}) AS named
      JOIN pylon_sync.edits AS made ON made.record_id = named #>> '{}' AND made.operation = 'create'
     WHERE made.record_id <> ${e}.record_id AND made.state IN (${STATES}) AND (${sql.raw(and)})))`;
}
