import { DEFINER_OF_ROW } from '../names.ts';

/** Deletes the contents of an edit's files. */
export const eraseFiles = `
CREATE OR REPLACE FUNCTION pylon_sync._erase_files()
RETURNS trigger
LANGUAGE plpgsql ${DEFINER_OF_ROW}
AS $$
BEGIN
  DELETE FROM pylon_sync.files
  WHERE edit_id = OLD.id;
  RETURN NULL;
END $$`;
