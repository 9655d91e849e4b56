import { DEFINER } from '../names.ts';

/**
 * Whether the daemon's own transaction makes the edit: a trigger of a user's makes it there. To refuse such an edit would
 * refuse Pylon's rows.
 */
export const inDaemonTransaction = `
CREATE OR REPLACE FUNCTION pylon_sync._in_daemon_transaction()
RETURNS boolean
LANGUAGE sql STABLE ${DEFINER}
AS $$
  SELECT starts_with(current_setting('pylon_sync.daemon', true), 'on')
    AND pg_has_role(
      session_user,
      (SELECT relowner FROM pg_class WHERE oid = 'pylon_sync.edits'::regclass),
      'MEMBER'
    )
$$`;
