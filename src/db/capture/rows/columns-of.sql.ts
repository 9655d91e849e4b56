/**
 * The columns of a table for which a JSON object has values, with their types, as a record definition. Only these,
 * because columns that a user has added may have types that refuse a value.
 */
export const columnsOf = `
CREATE OR REPLACE FUNCTION pylon_sync._columns_of(resource text, given jsonb)
RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
  SELECT string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum)
  FROM pg_attribute
  WHERE attrelid = format('pylon.%I', resource)::regclass
    AND attnum > 0
    AND NOT attisdropped
    AND given ? attname
$$`;
