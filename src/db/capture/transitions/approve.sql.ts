import { movable, moves } from '../../../edits/states.ts';
import { listOf } from '../expressions.ts';
import { DEFINER } from '../names.ts';

/** Makes drafts due, so that they are sent. Returns how many. */
export const approve = `
CREATE OR REPLACE FUNCTION pylon_sync._approve(ids bigint[])
RETURNS integer
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  total integer;
BEGIN
  UPDATE pylon_sync.edits AS e
  SET
    state = '${moves('approve').to}',
    next_attempt_at = clock_timestamp(),
    waiting_since = clock_timestamp()
  WHERE e.id = ANY (ids)
    AND e.state IN (${listOf(movable('approve'))});
  GET DIAGNOSTICS total = ROW_COUNT;

  PERFORM pg_notify('pylon_sync_edits', '');
  RETURN total;
END $$`;
