import { PROVISIONAL } from '../../../edits/provisional.ts';
import { FIXED } from '../names.ts';

/** Gives a new row a provisional id instead of NULL, which many programs insert for what they do not know. */
export const fillId = `
CREATE OR REPLACE FUNCTION pylon_sync._fill_id()
RETURNS trigger
LANGUAGE plpgsql ${FIXED}
AS $$
BEGIN
  NEW.id := '${PROVISIONAL}' || gen_random_uuid()::text;
  RETURN NEW;
END $$`;
