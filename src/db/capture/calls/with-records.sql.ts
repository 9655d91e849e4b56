/** The arguments of a call with other ids for the records that they name, in the order of `_records_in`. */
export const withRecords = `
CREATE OR REPLACE FUNCTION pylon_sync._with_records(spec jsonb, arguments jsonb, record_ids text[])
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  changed jsonb := arguments;
  named record;
BEGIN
  FOR named IN
    SELECT r.path, record_ids[r.place] AS id
    FROM pylon_sync._records_in(spec, arguments) AS r
    WHERE r.record_id <> record_ids[r.place]
  LOOP
    changed := jsonb_set(changed, named.path, to_jsonb(named.id));
  END LOOP;
  RETURN changed;
END $$`;
