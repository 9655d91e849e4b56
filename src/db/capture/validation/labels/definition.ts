/**
 * SQL: type and options of a custom field. If Pylon has several of a slug, the oldest of those that can be changed counts.
 * Options are those of selects, null if there are none.
 */
export const definitionOf = (kind: string, slug: string): string => `
    SELECT
      f.type,
      CASE
        WHEN f.type IN ('select', 'multiselect') AND jsonb_typeof(f.select_metadata -> 'options') = 'array'
          THEN nullif(f.select_metadata -> 'options', '[]')
      END AS options
    FROM pylon.custom_fields AS f
    WHERE f.object_type = ${kind}
      AND f.slug = ${slug}
      AND f._deleted_at IS NULL
    ORDER BY f.is_read_only IS TRUE, f.created_at, f.id
    LIMIT 1`;
