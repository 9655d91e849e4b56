import { DEFINER } from '../../names.ts';
import { REFUSED } from '../../sqlstates.ts';
import { definitionOf } from '../labels/definition.ts';
import { SEND_ANYWAY } from '../send-anyway.ts';

/** What values of a type are, in the words of an error. */
const TAKES = {
  number: 'a number',
  decimal: 'a number',
  boolean: 'true or false',
  date: 'a day, YYYY-MM-DD',
  datetime: 'an instant, YYYY-MM-DDThh:mm:ssZ',
} as const;

const CASES = Object.entries(TAKES).map(([type, takes]) => `WHEN '${type}' THEN '${takes}'`);

/**
 * Refuses values of custom fields that their definitions do not take: other options, other types, several values of a select.
 */
export const refuseFieldValues = `
CREATE OR REPLACE FUNCTION pylon_sync._refuse_field_values(resource text, kind text, contents jsonb[])
RETURNS void
LANGUAGE plpgsql STABLE ${DEFINER}
AS $$
DECLARE
  given record;
  since timestamptz;
  wrong text;
  takes text;
BEGIN
  FOR given IN
    SELECT
      format('custom field "%s" of pylon.%s', field.slug, resource) AS what,
      field.words,
      field.longest,
      definition.type,
      definition.options
    FROM (
      SELECT
        f.key AS slug,
        array_agg(DISTINCT word #>> '{}') AS words,
        max(CASE jsonb_typeof(f.value) WHEN 'array' THEN jsonb_array_length(f.value) ELSE 1 END) AS longest
      FROM unnest(contents) AS content
      CROSS JOIN LATERAL jsonb_each(content) AS f
      CROSS JOIN LATERAL jsonb_array_elements(
        CASE jsonb_typeof(f.value) WHEN 'array' THEN f.value ELSE jsonb_build_array(f.value) END
      ) AS word
      WHERE f.value NOT IN ('null', '""')
      GROUP BY f.key
    ) AS field
    CROSS JOIN LATERAL (${definitionOf('kind', 'field.slug')}
    ) AS definition
  LOOP
    IF given.type = 'user' THEN
      PERFORM pylon_sync._refuse_unknown_records(
        given.what,
        'custom_fields',
        'users',
        ARRAY(SELECT to_jsonb(word) FROM unnest(given.words) AS word)
      );
      CONTINUE;
    END IF;

    SELECT min(word)
    INTO wrong
    FROM unnest(given.words) AS word
    WHERE CASE
      WHEN given.options IS NULL THEN NOT pylon_sync._fits(given.type, word)
      ELSE NOT given.options @> jsonb_build_array(jsonb_build_object('slug', word))
    END;
    takes := CASE
      WHEN given.options IS NULL THEN CASE given.type ${CASES.join(' ')} END
      WHEN wrong IS NULL AND given.type = 'select' AND given.longest > 1 THEN 'one value'
    END;
    CONTINUE WHEN wrong IS NULL AND takes IS DISTINCT FROM 'one value';

    since := pylon_sync._known_since('custom_fields');
    CONTINUE WHEN since IS NULL;
    IF takes IS NULL THEN
      PERFORM pylon_sync._refuse_option(
        given.what,
        wrong,
        pylon_sync._read_option(given.options, wrong, false),
        given.options,
        'custom_fields',
        since,
        'custom_fields'
      );
    END IF;
    RAISE EXCEPTION '% % %, %',
        given.what,
        CASE WHEN wrong IS NULL THEN 'takes' ELSE format('cannot be "%s": it takes', left(wrong, 100)) END,
        takes,
        pylon_sync._as_of(since)
      USING
        ERRCODE = '${REFUSED.value}',
        COLUMN = 'custom_fields',
        HINT = '${SEND_ANYWAY}';
  END LOOP;
END $$`;
