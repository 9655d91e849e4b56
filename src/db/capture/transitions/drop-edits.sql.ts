import { movable, moves, UNSETTLED } from '../../../edits/states.ts';
import { listOf } from '../expressions.ts';
import { DEFINER } from '../names.ts';

/** Discards edits, the latest first, and removes them from their rows. Returns how many. */
export const dropEdits = `
CREATE OR REPLACE FUNCTION pylon_sync._drop_edits(ids bigint[], why text)
RETURNS integer
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  found record;
  total integer := 0;
BEGIN
  PERFORM pylon_sync._lock_records(ids);

  FOR found IN
    WITH
      stood AS (
        SELECT e.id, e.state
        FROM pylon_sync.edits AS e
        WHERE e.id = ANY (ids)
          AND e.state IN (${listOf(movable('discard'))})
        ORDER BY e.id
        FOR UPDATE
      ),
      dropped AS (
        UPDATE pylon_sync.edits AS e
        SET
          state = '${moves('discard').to}',
          settled_at = clock_timestamp(),
          answer = NULL,
          error = why || CASE
            WHEN e.answer IS NULL THEN ''
            ELSE ', although Pylon had answered' || coalesce(' ' || e.http_status, '')
          END
        FROM stood
        WHERE e.id = stood.id
        RETURNING e.id, e AS edit, stood.state
      )
    SELECT *
    FROM dropped
    ORDER BY dropped.id DESC
  LOOP
    total := total + 1;
    -- Of any other edit the row shows Pylon's value already.
    IF found.state IN (${listOf(UNSETTLED)}) THEN
      PERFORM pylon_sync._withdraw_edit(found.edit);
    END IF;
  END LOOP;

  PERFORM pg_notify('pylon_sync_edits', '');
  RETURN total;
END $$`;
