import { DEFINER } from '../../names.ts';

/** Refuses values that are none of the choices which the mirror has listed. */
export const refuseUnknownChoice = `
CREATE OR REPLACE FUNCTION pylon_sync._refuse_unknown_choice(what text, name text, target text, contents jsonb[])
RETURNS void
LANGUAGE plpgsql STABLE ${DEFINER}
AS $$
DECLARE
  choices jsonb := pylon_sync._choices(target);
  wrong text;
  since timestamptz;
BEGIN
  SELECT min(content #>> '{}')
  INTO wrong
  FROM unnest(contents) AS content
  WHERE NOT choices @> jsonb_build_array(jsonb_build_object('slug', content));

  IF wrong IS NULL THEN
    RETURN;
  END IF;
  since := pylon_sync._known_since(target);
  IF since IS NULL THEN
    RETURN;
  END IF;

  PERFORM pylon_sync._refuse_option(
    what,
    wrong,
    pylon_sync._read_option(choices, wrong, false),
    choices,
    target,
    since,
    name
  );
END $$`;
