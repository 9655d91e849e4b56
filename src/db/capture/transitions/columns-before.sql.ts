import { DEFINER } from '../names.ts';

/**
 * Pylon's last known values of an edit's columns. Custom fields that the edit does not change are taken from the row
 * (`shown`).
 */
export const columnsBefore = `
CREATE OR REPLACE FUNCTION pylon_sync._columns_before(edit pylon_sync.edits, shown jsonb)
RETURNS jsonb
LANGUAGE sql STABLE ${DEFINER}
AS $$
  SELECT coalesce(
    jsonb_object_agg(
      key,
      CASE
        WHEN key = 'custom_fields'
        THEN (
          CASE jsonb_typeof(shown -> key) WHEN 'object' THEN shown -> key ELSE '{}' END
          - ARRAY(SELECT jsonb_object_keys(value))
        )
        || coalesce(
          (
            SELECT jsonb_object_agg(slug, known -> slug)
            FROM jsonb_object_keys(value) AS slug
            WHERE known -> slug NOT IN ('null', '""', '[]')
          ),
          '{}'
        )
        ELSE known
      END
    ),
    '{}'
  )
  FROM
    jsonb_each((edit).changes),
    LATERAL (SELECT coalesce((edit).shadow -> key, (edit).base -> key, 'null')) AS before(known)
$$`;
