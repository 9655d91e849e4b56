import { REFUSED } from '../../capture/sqlstates.ts';

/** A date as Pylon writes one, whatever the session has set. Pylon has no infinite date. */
export const dayText = `
CREATE OR REPLACE FUNCTION pylon_bi._day_text(shown text, given date)
RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF given IS NULL OR (isfinite(given) AND given BETWEEN '0002-01-01' AND '9999-12-31') THEN
    RETURN to_char(given, 'YYYY-MM-DD');
  END IF;
  RAISE EXCEPTION '% takes a date of the years 2 to 9999', shown USING ERRCODE = '${REFUSED.value}';
END $$`;
