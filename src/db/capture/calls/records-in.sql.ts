/**
 * The records that the arguments of a call name, in order: the one that it is about, then those of parameters with
 * `of`, then those inside of lists of objects. `path` is where the id is in the arguments.
 */
export const recordsIn = `
CREATE OR REPLACE FUNCTION pylon_sync._records_in(spec jsonb, arguments jsonb)
RETURNS TABLE (place bigint, path text[], resource text, record_id text)
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
  WITH given(place, path, resource, value) AS (
    SELECT ARRAY[0]::bigint[], ARRAY[spec ->> 'record'], spec ->> 'resource', arguments -> (spec ->> 'record')
    WHERE spec ? 'record'

    UNION ALL

    SELECT ARRAY[p.place], ARRAY[p.value ->> 'name'], p.value ->> 'of', arguments -> (p.value ->> 'name')
    FROM jsonb_array_elements(spec -> 'parameters') WITH ORDINALITY AS p(value, place)
    WHERE p.value ? 'of'

    UNION ALL

    SELECT
      ARRAY[p.place, one.place, member.place],
      ARRAY[p.value ->> 'name', (one.place - 1)::text, member.value ->> 'name'],
      member.value ->> 'of',
      one.value -> (member.value ->> 'name')
    FROM jsonb_array_elements(spec -> 'parameters') WITH ORDINALITY AS p(value, place)
    CROSS JOIN LATERAL jsonb_array_elements(
      CASE jsonb_typeof(arguments -> (p.value ->> 'name')) WHEN 'array' THEN arguments -> (p.value ->> 'name') ELSE '[]' END
    ) WITH ORDINALITY AS one(value, place)
    CROSS JOIN LATERAL jsonb_array_elements(p.value -> 'members') WITH ORDINALITY AS member(value, place)
    WHERE p.value ? 'many'
      AND member.value ? 'of'
  )
  SELECT
    row_number() OVER (ORDER BY given.place, one.place),
    CASE jsonb_typeof(given.value) WHEN 'array' THEN given.path || (one.place - 1)::text ELSE given.path END,
    given.resource,
    one.id
  FROM given
  CROSS JOIN LATERAL jsonb_array_elements_text(
    CASE jsonb_typeof(given.value)
      WHEN 'array' THEN given.value
      WHEN 'string' THEN jsonb_build_array(given.value)
      ELSE '[]'
    END
  ) WITH ORDINALITY AS one(id, place)
$$`;
