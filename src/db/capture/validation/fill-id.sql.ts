import { PROVISIONAL } from '../../../edits/provisional.ts';
import { DEFINER_OF_ROW } from '../names.ts';

/** Gives a new row a provisional id instead of NULL, which many programs insert for what they do not know. */
export const fillId = `
CREATE OR REPLACE FUNCTION pylon_sync._fill_id()
RETURNS trigger
LANGUAGE plpgsql ${DEFINER_OF_ROW}
AS $$
BEGIN
  NEW.id := '${PROVISIONAL}' || gen_random_uuid()::text;
  RETURN NEW;
END $$`;
