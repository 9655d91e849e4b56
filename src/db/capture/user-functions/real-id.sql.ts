import { PROVISIONAL } from '../../../edits/provisional.ts';
import { FIXED } from '../names.ts';

/** Pylon's id for a provisional one; NULL until there is one. Any other id is returned as it is. */
export const realId = `
CREATE OR REPLACE FUNCTION pylon_sync.real_id(id text)
RETURNS text
LANGUAGE sql STABLE ${FIXED}
AS $$
  SELECT coalesce(
    (SELECT known.id FROM pylon_sync.ids AS known WHERE known.provisional = real_id.id),
    CASE WHEN real_id.id NOT LIKE '${PROVISIONAL}%' THEN real_id.id END
  )
$$`;
