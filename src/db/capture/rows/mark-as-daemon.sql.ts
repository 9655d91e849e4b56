import { DEFINER, MARK } from '../names.ts';

/**
 * Marks what follows as the daemon's own writes, also if a trigger calls this. Returns the previous mark, to be
 * restored.
 */
export const markAsDaemon = `
CREATE OR REPLACE FUNCTION pylon_sync._mark_as_daemon(mark text)
RETURNS text
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  before text := coalesce(current_setting('pylon_sync.daemon', true), '');
BEGIN
  PERFORM set_config('pylon_sync.daemon', CASE mark WHEN 'on' THEN ${MARK} ELSE mark END, true);
  RETURN before;
END $$`;
