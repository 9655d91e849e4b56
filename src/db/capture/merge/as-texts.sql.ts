import { PURE } from './values.ts';

/** A custom field's value as Pylon stores it: as texts, whatever JSON it was written as. */
export const asTexts = `
CREATE OR REPLACE FUNCTION pylon_sync._as_texts(value jsonb)
RETURNS jsonb
${PURE}
AS $$
  SELECT
    CASE jsonb_typeof(value)
      WHEN 'number' THEN to_jsonb(value #>> '{}')
      WHEN 'boolean' THEN to_jsonb(value #>> '{}')
      WHEN 'array' THEN coalesce(
        (
          SELECT jsonb_agg(pylon_sync._as_texts(item) ORDER BY place)
          FROM jsonb_array_elements(value) WITH ORDINALITY AS a(item, place)
        ),
        '[]'
      )
      ELSE value
    END
$$`;
