import { DEFINER } from '../names.ts';

/** Locks a live row and returns it as JSON; NULL if there is none. */
export const lockedRow = `
CREATE OR REPLACE FUNCTION pylon_sync._locked_row(resource text, record_id text)
RETURNS jsonb
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  found jsonb;
BEGIN
  EXECUTE format(
    'SELECT to_jsonb(existing) FROM pylon.%I AS existing
     WHERE id = $1 AND _deleted_at IS NULL FOR NO KEY UPDATE',
    resource
  )
  INTO found
  USING record_id;
  RETURN found;
END $$`;
