import { DEFINER } from '../../names.ts';
import { REFUSED } from '../../sqlstates.ts';
import { SEND_ANYWAY } from '../send-anyway.ts';

/** Refuses values that are none of those that Pylon documents. */
export const refuseUnlisted = `
CREATE OR REPLACE FUNCTION pylon_sync._refuse_unlisted(what text, name text, listed jsonb, contents jsonb[])
RETURNS void
LANGUAGE plpgsql IMMUTABLE ${DEFINER}
AS $$
DECLARE
  wrong text;
BEGIN
  SELECT min(content #>> '{}')
  INTO wrong
  FROM unnest(contents) AS content
  WHERE content <> 'null'
    AND NOT listed @> content;

  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION '% cannot be "%": it takes %',
        what,
        left(wrong, 100),
        pylon_sync._named(ARRAY(SELECT jsonb_array_elements_text(listed)))
      USING
        ERRCODE = '${REFUSED.value}',
        COLUMN = name,
        HINT = '${SEND_ANYWAY}';
  END IF;
END $$`;
