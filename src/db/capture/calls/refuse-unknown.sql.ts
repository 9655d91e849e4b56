import { DEFINER } from '../names.ts';
import { REFUSED } from '../sqlstates.ts';

/** Refuses a record that does not exist or that the caller cannot see, with the same message. */
export const refuseUnknown = `
CREATE OR REPLACE FUNCTION pylon_sync._refuse_unknown(resource text, record_id text)
RETURNS void
LANGUAGE plpgsql STABLE ${DEFINER}
AS $$
BEGIN
  RAISE EXCEPTION 'there is no % "%" here', replace(regexp_replace(resource, 's$', ''), '_', ' '), record_id
    USING ERRCODE = '${REFUSED.value}';
END $$`;
