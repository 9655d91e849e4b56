import { movable, moves } from '../../../edits/states.ts';
import { listOf } from '../expressions.ts';
import { DEFINER } from '../names.ts';

const AGAIN = moves('retry').to;

/** Makes edits due now, so that they are sent again, and shows them in their rows. Returns how many. */
export const sendAgain = `
CREATE OR REPLACE FUNCTION pylon_sync._send_again(ids bigint[])
RETURNS integer
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  edit pylon_sync.edits;
  known jsonb;
  total integer := 0;
BEGIN
  PERFORM pylon_sync._lock_records(ids);

  FOR edit IN
    SELECT e.*
    FROM pylon_sync.edits AS e
    WHERE e.id = ANY (ids)
      AND e.state IN (${listOf(movable('retry'))})
    ORDER BY e.id
    FOR UPDATE
  LOOP
    known := NULL;
    IF edit.operation = 'update' THEN
      known := pylon_sync._known_row(
        edit.resource,
        edit.record_id,
        pylon_sync._locked_row(edit.resource, edit.record_id)
      );
      CONTINUE WHEN known IS NULL;
    END IF;

    IF edit.operation = 'delete' AND edit.state <> '${AGAIN}' THEN
      CONTINUE WHEN NOT pylon_sync._delete_again(edit);
    END IF;

    -- An edit that waits for a retry becomes due. The record of its earlier requests stays.
    UPDATE pylon_sync.edits AS e
    SET
      next_attempt_at = clock_timestamp(),
      waiting_since = clock_timestamp()
    WHERE e.id = edit.id;

    UPDATE pylon_sync.edits AS e
    SET
      state = '${AGAIN}',
      attempts = 0,
      in_doubt = false,
      settled_at = NULL,
      held = NULL,
      error = NULL,
      http_status = NULL,
      request_id = NULL,
      sent = NULL,
      sent_at = NULL,
      answer = NULL
    WHERE e.id = edit.id
      AND e.state <> '${AGAIN}';

    -- The row shows an edit that waits already.
    IF edit.operation = 'update' AND edit.state <> '${AGAIN}' THEN
      PERFORM pylon_sync._save_shadows(edit.resource, edit.record_id, known);
      PERFORM pylon_sync._show_edits(edit.resource, edit.record_id, edit.id);
    END IF;
    total := total + 1;
  END LOOP;

  PERFORM pg_notify('pylon_sync_edits', '');
  RETURN total;
END $$`;
