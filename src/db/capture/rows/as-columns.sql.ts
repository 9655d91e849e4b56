/** Values converted to the types of a table's columns. */
export const asColumns = `
CREATE OR REPLACE FUNCTION pylon_sync._as_columns(resource text, given jsonb)
RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  converted jsonb;
BEGIN
  EXECUTE format(
    'SELECT to_jsonb(converted) FROM jsonb_to_record($1) AS converted(%s)',
    pylon_sync._columns_of(resource, given)
  )
  INTO converted
  USING given;
  RETURN converted;
END $$`;
