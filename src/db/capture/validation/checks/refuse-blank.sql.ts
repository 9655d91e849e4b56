import { DEFINER } from '../../names.ts';
import { REFUSED } from '../../sqlstates.ts';
import { SEND_ANYWAY } from '../send-anyway.ts';

/** Refuses titles and names without a visible character. */
export const refuseBlank = `
CREATE OR REPLACE FUNCTION pylon_sync._refuse_blank(what text, name text, contents jsonb[])
RETURNS void
LANGUAGE plpgsql IMMUTABLE ${DEFINER}
AS $$
BEGIN
  IF EXISTS (SELECT FROM unnest(contents) AS content WHERE content #>> '{}' !~ '[^[:space:]]') THEN
    RAISE EXCEPTION '% cannot be empty', what
      USING
        ERRCODE = '${REFUSED.value}',
        COLUMN = name,
        HINT = '${SEND_ANYWAY}';
  END IF;
END $$`;
