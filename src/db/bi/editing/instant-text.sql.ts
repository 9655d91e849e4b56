import { REFUSED } from '../../capture/sqlstates.ts';

/** An instant as Pylon writes one, in UTC, with a fraction only if there is one. */
export const instantText = `
CREATE OR REPLACE FUNCTION pylon_bi._instant_text(shown text, given timestamptz)
RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  utc CONSTANT timestamp := given AT TIME ZONE 'UTC';
BEGIN
  IF given IS NULL OR (isfinite(given) AND extract(year FROM utc) BETWEEN 2 AND 9999) THEN
    RETURN to_char(utc, 'YYYY-MM-DD"T"HH24:MI:SS') || rtrim(rtrim(to_char(utc, '.US'), '0'), '.') || 'Z';
  END IF;
  RAISE EXCEPTION '% takes an instant of the years 2 to 9999', shown USING ERRCODE = '${REFUSED.value}';
END $$`;
