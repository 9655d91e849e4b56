import { DEFINER } from '../names.ts';

/** A setting that the daemon has published; NULL before it has. */
export const setting = `
CREATE OR REPLACE FUNCTION pylon_sync._setting(name text)
RETURNS jsonb
LANGUAGE sql STABLE ${DEFINER}
AS $$
  SELECT value
  FROM pylon_sync.settings
  WHERE key = name
$$`;
