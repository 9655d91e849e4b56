import { ACTOR } from '../expressions.ts';
import { FIXED } from '../names.ts';
import { LAST_EDITS } from '../triggers/edits-queued.sql.ts';

/**
 * Waits for edits, and returns what became of each: those of a transaction, else the caller's that were not settled, and
 * all that the caller's last transaction of this session made, settled or not.
 */
export const editResults = `
CREATE OR REPLACE FUNCTION pylon_sync.edit_results(
  timeout interval DEFAULT '1 minute',
  txid bigint DEFAULT NULL
)
RETURNS TABLE (edit bigint, resource text, record_id text, state text, error text, remote jsonb)
LANGUAGE plpgsql ${FIXED}
AS $$
DECLARE
  chosen bigint[] := pylon_sync._awaited_edits(timeout, txid);
  last bigint := nullif(current_setting('${LAST_EDITS}', true), '')::bigint;
BEGIN
  RETURN QUERY
    SELECT e.id, e.resource, e.record_id, e.state, e.error, e.remote
    FROM pylon_sync.edits AS e
    WHERE e.id = ANY (chosen)
      OR (edit_results.txid IS NULL AND e.txid = last AND e.actor = ${ACTOR})
    ORDER BY e.id;
END $$`;
