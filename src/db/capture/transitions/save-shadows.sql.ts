import { UNSETTLED } from '../../../edits/states.ts';
import { listOf } from '../expressions.ts';
import { DEFINER } from '../names.ts';

/** Saves Pylon's last known values with the unsettled edits of a record. */
export const saveShadows = `
CREATE OR REPLACE FUNCTION pylon_sync._save_shadows(resource text, record_id text, known jsonb)
RETURNS void
LANGUAGE sql ${DEFINER}
AS $$
  UPDATE pylon_sync.edits AS e
  SET
    shadow = (
      SELECT jsonb_object_agg(key, coalesce(known -> key, 'null'))
      FROM jsonb_object_keys(e.changes) AS key
    )
  WHERE e.resource = _save_shadows.resource
    AND e.record_id = _save_shadows.record_id
    AND e.operation = 'update'
    AND e.state IN (${listOf(UNSETTLED)})
$$`;
