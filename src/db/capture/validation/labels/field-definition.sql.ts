import { DEFINER } from '../../names.ts';

/** The definition of a custom field. If Pylon has several of a slug, the oldest of those that can be changed counts. */
export const fieldDefinition = `
CREATE OR REPLACE FUNCTION pylon_sync._field_definition(kind text, field_slug text)
RETURNS TABLE (type text, options jsonb)
LANGUAGE sql STABLE ${DEFINER}
AS $$
  SELECT
    f.type,
    CASE
      WHEN f.type IN ('select', 'multiselect') AND jsonb_typeof(f.select_metadata -> 'options') = 'array'
        THEN nullif(f.select_metadata -> 'options', '[]')
    END
  FROM pylon.custom_fields AS f
  WHERE f.object_type = kind
    AND f.slug = field_slug
    AND f._deleted_at IS NULL
  ORDER BY f.is_read_only IS TRUE, f.created_at, f.id
  LIMIT 1
$$`;
