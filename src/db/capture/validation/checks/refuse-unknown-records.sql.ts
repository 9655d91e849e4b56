import { PROVISIONAL } from '../../../../edits/provisional.ts';
import { DEFINER } from '../../names.ts';
import { REFUSED } from '../../sqlstates.ts';
import { SEND_ANYWAY } from '../send-anyway.ts';

/**
 * Refuses ids of records that do not exist. Like a foreign key, it takes those of records that policies keep from the
 * user. A provisional id may be that of a row that follows.
 */
export const refuseUnknownRecords = `
CREATE OR REPLACE FUNCTION pylon_sync._refuse_unknown_records(what text, name text, target text, contents jsonb[])
RETURNS void
LANGUAGE plpgsql STABLE ${DEFINER}
AS $$
DECLARE
  ids text[];
  wrong text;
  since timestamptz;
BEGIN
  SELECT array_agg(DISTINCT id #>> '{}')
  INTO ids
  FROM unnest(contents) AS content
  CROSS JOIN LATERAL jsonb_array_elements(
    CASE jsonb_typeof(content) WHEN 'array' THEN content ELSE jsonb_build_array(content) END
  ) AS id;

  EXECUTE format(
    'SELECT min(given.id)
     FROM unnest($1) AS given(id)
     WHERE length(given.id) > 0
       AND NOT starts_with(given.id, $2)
       AND NOT EXISTS (SELECT FROM pylon.%I AS r WHERE r.id = given.id AND r._deleted_at IS NULL)',
    target
  )
    INTO wrong
    USING ids, '${PROVISIONAL}'::text;

  IF wrong IS NULL THEN
    RETURN;
  END IF;
  since := pylon_sync._listed_recently(target);
  IF since IS NULL THEN
    RETURN;
  END IF;

  RAISE EXCEPTION '% cannot be "%": there is no such row in pylon.%, %',
      what,
      left(wrong, 100),
      target,
      pylon_sync._as_of(since)
    USING
      ERRCODE = '${REFUSED.value}',
      COLUMN = name,
      HINT = '${SEND_ANYWAY}';
END $$`;
