import { DEFINER } from '../names.ts';
import { REFUSED } from '../sqlstates.ts';

/** Refuses edits of a kind that `PYLON_SYNC_ALLOW`, or its default, does not include. */
export const refuseUnlessAllowed = `
CREATE OR REPLACE FUNCTION pylon_sync._refuse_unless_allowed(operation text)
RETURNS void
LANGUAGE plpgsql STABLE ${DEFINER}
AS $$
BEGIN
  IF NOT coalesce(pylon_sync._setting('allow'), '["update"]') ? operation THEN
    RAISE EXCEPTION 'edits of the kind "%" are not allowed here', operation
      USING
        ERRCODE = '${REFUSED.notAllowed}',
        HINT = 'PYLON_SYNC_ALLOW says what the daemon may write to Pylon: add "' || operation || '" there.';
  END IF;
END $$`;
