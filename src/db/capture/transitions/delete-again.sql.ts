import { DEFINER } from '../names.ts';

/** Deletes the row again for a DELETE that is to be sent after all. Returns whether there was a row. */
export const deleteAgain = `
CREATE OR REPLACE FUNCTION pylon_sync._delete_again(edit pylon_sync.edits)
RETURNS boolean
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  stood jsonb;
  mark text := pylon_sync._mark_as_daemon('on');
BEGIN
  EXECUTE format(
    'DELETE FROM pylon.%I AS existing WHERE id = $1 AND _deleted_at IS NULL RETURNING to_jsonb(existing)',
    edit.resource
  )
  INTO stood
  USING edit.record_id;
  PERFORM pylon_sync._mark_as_daemon(mark);

  UPDATE pylon_sync.edits AS e
  SET base = stood
  WHERE e.id = edit.id
    AND stood IS NOT NULL;
  RETURN stood IS NOT NULL;
END $$`;
