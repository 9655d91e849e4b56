/**
 * Refuses a statement that changes a view, unless another trigger of the view does what it means. The trigger's argument
 * is the table that the view shows.
 */
export const refuseChange = `
CREATE OR REPLACE FUNCTION pylon_bi.refuse_change()
RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF EXISTS (
    SELECT
    FROM pg_trigger
    WHERE tgrelid = TG_RELID
      AND tgname <> TG_NAME
      AND tgenabled <> 'D'
      AND tgtype & 64 <> 0
      AND tgtype & CASE TG_OP WHEN 'INSERT' THEN 4 WHEN 'DELETE' THEN 8 ELSE 16 END <> 0
  )
  THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;

  RAISE EXCEPTION '% of pylon_bi.% is refused: it shows %', TG_OP, TG_TABLE_NAME, TG_ARGV[0]
    USING
      ERRCODE = '0A000',
      TABLE = TG_TABLE_NAME,
      HINT = CASE
        WHEN TG_ARGV[0] LIKE 'pylon.%' THEN 'Change ' || TG_ARGV[0] || ', and Pylon follows.'
        ELSE 'It is the daemon''s own.'
      END;
END $$`;
