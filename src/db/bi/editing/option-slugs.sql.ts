/**
 * The slugs of the options of a list that a view's column calls so. An option that the list had before keeps its slug,
 * also if several options have its label. `before` has the labels of the list as it was, `slugs` the slugs in the same
 * order.
 */
export const optionSlugs = `
CREATE OR REPLACE FUNCTION pylon_bi._option_slugs(shown text, options jsonb, given text[], before text[], slugs text[])
RETURNS text[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
  WITH asked AS (
    SELECT label, place, row_number() OVER (PARTITION BY label ORDER BY place) AS time
    FROM unnest(given) WITH ORDINALITY AS one(label, place)
  ), known AS (
    SELECT label, slug, row_number() OVER (PARTITION BY label ORDER BY place) AS time
    FROM unnest(before, slugs) WITH ORDINALITY AS one(label, slug, place)
  )
  SELECT CASE WHEN given IS NOT NULL THEN
    coalesce(array_agg(coalesce(known.slug, pylon_bi._option_slug(shown, options, asked.label)) ORDER BY asked.place), '{}')
  END
  FROM asked LEFT JOIN known USING (label, time)
$$`;
