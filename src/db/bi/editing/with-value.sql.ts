import { REFUSED } from '../../capture/sqlstates.ts';

/**
 * The values of an edit with one more. A value that another column of the same statement has set already must be the
 * same. `key` is a column of the table, or the slug of a custom field.
 */
export const withValue = `
CREATE OR REPLACE FUNCTION pylon_bi._with_value(wanted jsonb, shown text, key text, value jsonb)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF wanted -> key <> coalesce(value, 'null') THEN
    RAISE EXCEPTION '% says something else than another column of the same statement: % and %', shown,
      coalesce(value, 'null'), wanted -> key
      USING ERRCODE = '${REFUSED.value}', HINT = format('Both set "%s": leave one of them out.', key);
  END IF;
  RETURN wanted || jsonb_build_object(key, value);
END $$`;
