import { DEFINER } from '../names.ts';

/**
 * Gives edits of this transaction new ids, in their order, so that they follow the edit that was queued last. A user's
 * trigger that writes the row of its statement has made them, and its statement has ended first.
 */
export const moveLast = `
CREATE OR REPLACE FUNCTION pylon_sync._move_last(ids bigint[])
RETURNS void
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  former bigint;
  moved bigint;
BEGIN
  FOR former IN
    SELECT one.id FROM unnest(ids) AS one(id) ORDER BY one.id
  LOOP
    UPDATE pylon_sync.edits
    SET id = DEFAULT
    WHERE id = former
    RETURNING id
    INTO moved;

    UPDATE pylon_sync.files
    SET edit_id = moved
    WHERE edit_id = former;
  END LOOP;
END $$`;
