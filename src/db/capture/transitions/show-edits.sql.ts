import { UNSETTLED } from '../../../edits/states.ts';
import { listOf } from '../expressions.ts';
import { DEFINER } from '../names.ts';

/**
 * Applies an edit that is to be sent again to its row, and then the later edits, which it must not overwrite. Returns
 * whether there is a row.
 */
export const showEdits = `
CREATE OR REPLACE FUNCTION pylon_sync._show_edits(resource text, record_id text, first_id bigint)
RETURNS boolean
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  shown jsonb := pylon_sync._locked_row(resource, record_id);
  after jsonb := '{}';
  edit pylon_sync.edits;
  mark text;
BEGIN
  IF shown IS NULL THEN
    RETURN false;
  END IF;

  FOR edit IN
    SELECT e.*
    FROM pylon_sync.edits AS e
    WHERE e.resource = _show_edits.resource
      AND e.record_id = _show_edits.record_id
      AND e.operation = 'update'
      AND e.id >= first_id
      AND e.state IN (${listOf(UNSETTLED)})
    ORDER BY e.id
  LOOP
    after := after || pylon_sync._changed_columns(resource, edit.base, edit.changes, shown || after);
  END LOOP;

  mark := pylon_sync._mark_as_daemon('on');
  PERFORM pylon_sync._put_columns(
    resource,
    record_id,
    after || jsonb_build_object('_synced_at', clock_timestamp())
  );
  PERFORM pylon_sync._mark_as_daemon(mark);
  RETURN true;
END $$`;
