/** After an UPDATE of a view: writes the rows that still wait. Argument: the table. */
export const edited = `
CREATE OR REPLACE FUNCTION pylon_bi._edited()
RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM pylon_bi._write_rows(TG_TABLE_NAME::text, TG_ARGV[0]);
  RETURN NULL;
END $$`;
