import { DEFINER_OF_ROW } from '../../names.ts';

/**
 * The value of a custom field with options as Pylon stores it: labels become slugs, each once. A multiselect has a list, a
 * select none of one element. What cannot be read stays as it is.
 */
export const readFieldValue = `
CREATE OR REPLACE FUNCTION pylon_sync._read_field_value(field_type text, options jsonb, given jsonb)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE ${DEFINER_OF_ROW}
AS $$
DECLARE
  word text;
  meant text[];
  slugs text[] := '{}';
BEGIN
  -- Of another shape: refused later.
  IF jsonb_path_exists(given, 'strict $.** ? (@.type() == "object" || @.type() == "null")') THEN
    RETURN given;
  END IF;

  FOR word IN
    SELECT w #>> '{}'
    FROM jsonb_array_elements(
      CASE jsonb_typeof(given) WHEN 'array' THEN given ELSE jsonb_build_array(given) END
    ) WITH ORDINALITY AS e(w, place)
    ORDER BY place
  LOOP
    meant := pylon_sync._read_option(options, word, false);
    word := CASE WHEN cardinality(meant) = 1 THEN meant[1] ELSE word END;
    CONTINUE WHEN word = ANY (slugs);
    slugs := array_append(slugs, word);
  END LOOP;
  RETURN CASE WHEN field_type = 'select' AND cardinality(slugs) = 1 THEN to_jsonb(slugs[1]) ELSE to_jsonb(slugs) END;
END $$`;
