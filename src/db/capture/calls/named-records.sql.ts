/**
 * The records that the arguments of a call name, in order: the one that it is about, then those of parameters with
 * `of`. `argument` is the parameter, and `is_list` whether it has several.
 */
export const namedRecords = `
CREATE OR REPLACE FUNCTION pylon_sync._named_records(spec jsonb, arguments jsonb)
RETURNS TABLE (place bigint, argument text, is_list boolean, resource text, record_id text)
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
  SELECT
    row_number() OVER (ORDER BY p.place, one.place),
    p.name,
    jsonb_typeof(arguments -> p.name) = 'array',
    p.resource,
    one.id
  FROM (
    SELECT 0, spec ->> 'record', spec ->> 'resource'

    UNION ALL

    SELECT
      p.place,
      p.value ->> 'name',
      p.value ->> 'of'
    FROM jsonb_array_elements(spec -> 'parameters') WITH ORDINALITY AS p(value, place)
    WHERE p.value ? 'of'
  ) AS p(place, name, resource)
  CROSS JOIN LATERAL jsonb_array_elements_text(
    CASE jsonb_typeof(arguments -> p.name)
      WHEN 'array' THEN arguments -> p.name
      WHEN 'string' THEN jsonb_build_array(arguments -> p.name)
      ELSE '[]'
    END
  ) WITH ORDINALITY AS one(id, place)
$$`;
