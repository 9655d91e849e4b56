import { PROVISIONAL } from '../../../edits/provisional.ts';
import { DEFINER } from '../names.ts';

/** How many ids a notice names. */
const TOLD = 10;

/** The setting that has the time of the last statement whose ids were looked at. */
const SEEN = 'pylon_sync.real_ids_told';

/**
 * Before an UPDATE or a DELETE: says which provisional ids in the statement's text have become Pylon's, since no row has
 * them any more. Ids in parameters, or in variables of a function, are not in the text. Several statements that are sent
 * as one text are looked at once.
 */
export const tellRealIds = `
CREATE OR REPLACE FUNCTION pylon_sync._tell_real_ids()
RETURNS trigger
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  known record;
BEGIN
  IF current_setting('${SEEN}', true) IS NOT DISTINCT FROM statement_timestamp()::text
    OR strpos(current_query(), '${PROVISIONAL}') = 0
  THEN
    RETURN NULL;
  END IF;
  PERFORM set_config('${SEEN}', statement_timestamp()::text, true);

  FOR known IN
    SELECT
      i.resource,
      i.provisional,
      i.id
    FROM pylon_sync.ids AS i
    WHERE i.provisional IN (
      -- As a literal, or as a word in one.
      SELECT replace(word[1], '''''', '''')
      FROM regexp_matches(current_query(), '''(${PROVISIONAL}(?:[^'']|'''')*)''', 'g') AS word

      UNION

      SELECT word[1]
      FROM regexp_matches(current_query(), '(${PROVISIONAL}[^][:space:]"''(){},;[]+)', 'g') AS word
    )
    ORDER BY i.created_at, i.provisional
    LIMIT ${TOLD}
  LOOP
    RAISE NOTICE '% % has the id % now', known.resource, quote_literal(known.provisional), quote_literal(known.id);
  END LOOP;
  RETURN NULL;
END $$`;
