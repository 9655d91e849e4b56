/** The arguments of a call with other ids for the records that they name, in the order of `_named_records`. */
export const withRecords = `
CREATE OR REPLACE FUNCTION pylon_sync._with_records(spec jsonb, arguments jsonb, record_ids text[])
RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
  SELECT arguments || coalesce(jsonb_object_agg(argument, CASE WHEN is_list THEN ids ELSE ids -> 0 END), '{}')
  FROM (
    SELECT
      named.argument,
      named.is_list,
      jsonb_agg(record_ids[named.place] ORDER BY named.place)
    FROM pylon_sync._named_records(spec, arguments) AS named
    GROUP BY 1, 2
  ) AS named(argument, is_list, ids)
$$`;
