import { REFUSED } from '../sqlstates.ts';

/** Refuses a change of `_synced_at`. Runs as the writing user, for speed, like `skip_gone`. */
export const refuseStamp = `
CREATE OR REPLACE FUNCTION pylon_sync._refuse_stamp()
RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  RAISE EXCEPTION 'column "_synced_at" of pylon.% cannot be changed', TG_TABLE_NAME
    USING
      ERRCODE = '${REFUSED.unsupported}',
      HINT = 'It is the daemon''s own.';
END $$`;
