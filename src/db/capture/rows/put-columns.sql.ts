/** Writes columns of a live row with the caller's privileges. Returns whether there was one. */
export const putColumns = `
CREATE OR REPLACE FUNCTION pylon_sync._put_columns(resource text, record_id text, columns jsonb)
RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  assignments text;
  written integer;
BEGIN
  SELECT string_agg(format('%1$I = given.%1$I', key), ', ')
  INTO assignments
  FROM jsonb_object_keys(columns) AS key;

  EXECUTE format(
    'UPDATE pylon.%1$I AS existing SET %2$s FROM jsonb_to_record($1) AS given(%3$s)
     WHERE existing.id = $2 AND existing._deleted_at IS NULL',
    resource,
    assignments,
    pylon_sync._columns_of(resource, columns)
  )
  USING columns, record_id;
  GET DIAGNOSTICS written = ROW_COUNT;
  RETURN written > 0;
END $$`;
