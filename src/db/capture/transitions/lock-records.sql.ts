import { DEFINER } from '../names.ts';

/** Locks the rows of edits before the edits themselves, in the same order as the daemon. */
export const lockRecords = `
CREATE OR REPLACE FUNCTION pylon_sync._lock_records(ids bigint[])
RETURNS void
LANGUAGE plpgsql ${DEFINER}
AS $$
BEGIN
  PERFORM pylon_sync._locked_row(resource, record_id)
  FROM (
    SELECT DISTINCT e.resource, e.record_id
    FROM pylon_sync.edits AS e
    WHERE e.id = ANY (ids)
    ORDER BY 1, 2
  ) AS records;
END $$`;
