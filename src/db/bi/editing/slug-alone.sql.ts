import { DEFINER } from '../../capture/names.ts';
import { REFUSED } from '../../capture/sqlstates.ts';

/** Refuses a label where a column takes the slug alone. What is neither is left to the table. */
export const slugAlone = `
CREATE OR REPLACE FUNCTION pylon_bi._slug_alone(shown text, options jsonb, given text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE ${DEFINER}
AS $$
DECLARE
  meant text[];
BEGIN
  IF given IS NULL OR given = '' THEN
    RETURN given;
  END IF;
  meant := pylon_sync._read_option(options, given, false);
  IF meant[1] <> given THEN
    RAISE EXCEPTION '% takes slugs: "%" is the label of "%"', shown, given, array_to_string(meant, '", "')
      USING ERRCODE = '${REFUSED.value}';
  END IF;
  RETURN given;
END $$`;
