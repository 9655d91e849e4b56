import { DEFINER } from '../../names.ts';
import { unsettledOf } from './unsettled-of.ts';

/** Saves Pylon's last known values with the unsettled edits of records. Edits that have them already are not written. */
const ofMany = `
CREATE OR REPLACE FUNCTION pylon_sync._save_shadows(resource text, record_ids text[], known jsonb[])
RETURNS void
LANGUAGE plpgsql ${DEFINER}
AS $$
BEGIN
  UPDATE pylon_sync.edits AS e
  SET shadow = seen.shadow
  FROM (
    SELECT
      o.id,
      (
        SELECT jsonb_object_agg(key, coalesce(r.known -> key, 'null'))
        FROM jsonb_object_keys(o.changes) AS key
      )
    FROM unnest(_save_shadows.record_ids, _save_shadows.known) AS r(record_id, known)
    CROSS JOIN ${unsettledOf({ resource: '_save_shadows.resource', record: 'r.record_id' })} AS o
    WHERE r.known IS NOT NULL
  ) AS seen(id, shadow)
  WHERE e.id = seen.id
    AND e.shadow IS DISTINCT FROM seen.shadow;
END $$`;

/** The same for one record. */
const ofOne = `
CREATE OR REPLACE FUNCTION pylon_sync._save_shadows(resource text, record_id text, known jsonb)
RETURNS void
LANGUAGE plpgsql ${DEFINER}
AS $$
BEGIN
  PERFORM pylon_sync._save_shadows(resource, ARRAY[record_id], ARRAY[known]);
END $$`;

export const saveShadows: readonly string[] = [ofMany, ofOne];
