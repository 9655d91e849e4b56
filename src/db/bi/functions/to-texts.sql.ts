import { PURE } from './pure.ts';

/** The texts of a list, or a single value as a list of one; NULL for the JSON null. */
export const toTexts = `
CREATE OR REPLACE FUNCTION pylon_bi.to_texts(given jsonb)
RETURNS text[]
${PURE}
RETURN
  CASE jsonb_typeof($1)
    WHEN 'array' THEN ARRAY(
      SELECT one
      FROM jsonb_array_elements_text($1) WITH ORDINALITY AS item(one, place)
      ORDER BY place
    )
    WHEN 'null' THEN NULL
    ELSE ARRAY[$1 #>> '{}']
  END`;
