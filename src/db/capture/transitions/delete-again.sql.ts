import { DEFINER } from '../names.ts';

/** Deletes rows again for DELETEs that are to be sent after all. Returns the edits for which there was a row. */
export const deleteAgain = `
CREATE OR REPLACE FUNCTION pylon_sync._delete_again(resource text, ids bigint[])
RETURNS bigint[]
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  records text[];
  stood jsonb[];
  mark text := pylon_sync._mark_as_daemon('on');
BEGIN
  EXECUTE format(
    'WITH gone AS (
       DELETE FROM pylon.%I AS existing
       WHERE id IN (SELECT record_id FROM pylon_sync.edits WHERE edits.id = ANY ($1)) AND _deleted_at IS NULL
       RETURNING id, to_jsonb(existing) AS stood
     )
     SELECT array_agg(id), array_agg(stood) FROM gone',
    resource
  )
  INTO records, stood
  USING ids;
  PERFORM pylon_sync._mark_as_daemon(mark);

  WITH based AS (
    UPDATE pylon_sync.edits AS e
    SET base = r.stood
    FROM unnest(records, stood) AS r(record_id, stood)
    WHERE e.id = ANY (ids)
      AND e.record_id = r.record_id
    RETURNING e.id
  )
  SELECT coalesce(array_agg(b.id), '{}')
  INTO ids
  FROM based AS b;
  RETURN ids;
END $$`;
