import { DEFINER } from '../names.ts';

/** Refuses an edit of a kind that is not allowed, before anything is said about its values. */
export const refuseFirst = `
CREATE OR REPLACE FUNCTION pylon_sync._refuse_first(kind text)
RETURNS void
LANGUAGE plpgsql STABLE ${DEFINER}
AS $$
BEGIN
  IF pylon_sync._in_daemon_transaction() IS NOT TRUE THEN
    PERFORM pylon_sync._refuse_unless_allowed(kind);
  END IF;
END $$`;
