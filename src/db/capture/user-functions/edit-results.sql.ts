import { FIXED } from '../names.ts';

/** Waits for edits, and returns what became of each. */
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
BEGIN
  RETURN QUERY
    SELECT e.id, e.resource, e.record_id, e.state, e.error, e.remote
    FROM pylon_sync.edits AS e
    WHERE e.id = ANY (chosen)
    ORDER BY e.id;
END $$`;
