import { DEFINER } from '../names.ts';

/** Locks the rows of edits before the edits themselves, in the same order as the daemon. */
export const lockRecords = `
CREATE OR REPLACE FUNCTION pylon_sync._lock_records(ids bigint[])
RETURNS void
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  edited record;
BEGIN
  FOR edited IN
    SELECT e.resource, array_agg(DISTINCT e.record_id) AS records
    FROM pylon_sync.edits AS e
    WHERE e.id = ANY (ids)
    GROUP BY 1
    ORDER BY 1
  LOOP
    EXECUTE format(
      'SELECT FROM pylon.%I AS existing WHERE id = ANY ($1) AND _deleted_at IS NULL
       ORDER BY id FOR NO KEY UPDATE',
      edited.resource
    )
    USING edited.records;
  END LOOP;
END $$`;
