import { DEFINER_OF_ROW } from '../../names.ts';
import { VALIDATING } from '../validating.ts';

/** Whether impossible values are refused: unless the session sends them, or the daemon's own transaction makes the edit. */
export const validates = `
CREATE OR REPLACE FUNCTION pylon_sync._validates()
RETURNS boolean
LANGUAGE plpgsql STABLE ${DEFINER_OF_ROW}
AS $$
BEGIN
  RETURN ${VALIDATING}
    AND NOT (
      starts_with(coalesce(current_setting('pylon_sync.daemon', true), ''), 'on')
      AND pylon_sync._in_daemon_transaction()
    );
END $$`;
