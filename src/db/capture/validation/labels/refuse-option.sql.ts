import { DEFINER } from '../../names.ts';
import { REFUSED } from '../../sqlstates.ts';
import { SEND_ANYWAY } from '../send-anyway.ts';

/**
 * Refuses a word that stands for no option, or for several (`meant`), and names those that there are. `what` says of
 * what it was to be the value, and `target` is the resource that defines the options.
 */
export const refuseOption = `
CREATE OR REPLACE FUNCTION pylon_sync._refuse_option(
  what text,
  word text,
  meant text[],
  options jsonb,
  target text,
  since timestamptz,
  name text
)
RETURNS void
LANGUAGE plpgsql STABLE ${DEFINER}
AS $$
DECLARE
  slugs text[];
  because text := pylon_sync._as_of(since);
BEGIN
  IF pylon_sync._may_list(target) THEN
    SELECT array_agg(one ->> 'slug' ORDER BY place)
    INTO slugs
    FROM jsonb_array_elements(options) WITH ORDINALITY AS o(one, place)
    WHERE one ->> 'slug' IS NOT NULL
      AND one -> 'is_archived' IS DISTINCT FROM 'true';

    because := CASE
      WHEN cardinality(meant) > 1
        THEN format('it is the label of %s, %s', pylon_sync._named(meant), because)
      ELSE format('it takes %s, %s', pylon_sync._named(slugs), because)
    END;
  END IF;

  RAISE EXCEPTION '% cannot be "%": %', what, left(word, 100), because
    USING
      ERRCODE = '${REFUSED.value}',
      COLUMN = name,
      HINT = CASE WHEN cardinality(meant) > 1 THEN 'Give the slug. ' ELSE '' END || '${SEND_ANYWAY}';
END $$`;
