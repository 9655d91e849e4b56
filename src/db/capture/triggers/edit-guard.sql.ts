import { DEFINER } from '../names.ts';

/** The number of edits in one transaction above which they become drafts. */
export const editGuard = `
CREATE OR REPLACE FUNCTION pylon_sync._edit_guard()
RETURNS integer
LANGUAGE sql STABLE ${DEFINER}
AS $$
  SELECT coalesce(
    (SELECT (value #>> '{}')::integer FROM pylon_sync.settings WHERE key = 'edit_guard'),
    1000
  )
$$`;
