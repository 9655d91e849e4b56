import { DEFINER } from '../../capture/names.ts';
import { REFUSED } from '../../capture/sqlstates.ts';

/**
 * The slug of the option that a view's column calls so: by its label, else by its slug, as `_read_option` reads words.
 * What is neither is returned as it is: the table decides about it. `options` are those that the view shows.
 *
 * @throws If several options are called so, with their slugs.
 */
export const optionSlug = `
CREATE OR REPLACE FUNCTION pylon_bi._option_slug(shown text, options jsonb, given text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE ${DEFINER}
AS $$
DECLARE
  meant text[];
BEGIN
  IF given IS NULL OR given = '' THEN
    RETURN given;
  END IF;
  meant := pylon_sync._read_option(options, given, true);
  IF cardinality(meant) > 1 THEN
    RAISE EXCEPTION '%: more than one option is called "%"', shown, given
      USING
        ERRCODE = '${REFUSED.value}',
        DETAIL = 'Their slugs: ' || array_to_string(meant, ', '),
        HINT = 'Set the slug instead.';
  END IF;
  RETURN coalesce(meant[1], given);
END $$`;
