import { DEFINER } from '../../names.ts';

/** Whether values are read and refused here: not if the session has set `pylon_sync.validate` to off. */
export const validates = `
CREATE OR REPLACE FUNCTION pylon_sync._validates()
RETURNS boolean
LANGUAGE sql STABLE ${DEFINER}
AS $$
  SELECT coalesce(lower(current_setting('pylon_sync.validate', true)) NOT IN ('off', 'false', 'no', '0'), true)
    AND pylon_sync._in_daemon_transaction() IS NOT TRUE
$$`;
