import { PROVISIONAL } from '../../../edits/provisional.ts';
import { UNSETTLED } from '../../../edits/states.ts';
import { NO_DIGEST } from '../../../resources/define.ts';
import { listOf } from '../expressions.ts';
import { DEFINER } from '../names.ts';

/**
 * Removes an edit from its row: restores the values from before, or Pylon's last known ones, until the daemon fetches
 * the record.
 */
export const withdrawEdit = `
CREATE OR REPLACE FUNCTION pylon_sync._withdraw_edit(edit pylon_sync.edits)
RETURNS void
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  shown jsonb := pylon_sync._locked_row(edit.resource, edit.record_id);
  known jsonb;
  stood jsonb;
  mark text := pylon_sync._mark_as_daemon('on');
BEGIN
  IF edit.operation = 'update' THEN
    -- If the row is being deleted, its delete has the values that return should Pylon refuse the delete.
    known := pylon_sync._known_row(
      edit.resource,
      edit.record_id,
      coalesce(
        shown,
        (
          SELECT e.base
          FROM pylon_sync.edits AS e
          WHERE e.resource = edit.resource
            AND e.record_id = edit.record_id
            AND e.operation = 'delete'
            AND e.state IN (${listOf(UNSETTLED)})
        )
      ),
      edit.id
    );

    -- Later edits have this edit's values as their base. Pylon never had these, which is no change in Pylon.
    UPDATE pylon_sync.edits AS e
    SET base = pylon_sync._base_without(edit.resource, e.base, e.changes, edit.base, edit.changes)
    WHERE e.resource = edit.resource
      AND e.record_id = edit.record_id
      AND e.operation = 'update'
      AND e.state IN (${listOf(UNSETTLED)})
      AND e.id > edit.id;

    SELECT jsonb_object_agg(key, known -> key)
    INTO stood
    FROM jsonb_object_keys(edit.changes) AS key;

    IF known IS NOT NULL THEN
      PERFORM pylon_sync._save_shadows(edit.resource, edit.record_id, known);
    END IF;

    IF shown IS NOT NULL THEN
      PERFORM pylon_sync._put_columns(
        edit.resource,
        edit.record_id,
        stood || jsonb_build_object('_synced_at', clock_timestamp(), '_hash', '${NO_DIGEST}')
      );
      -- The row still shows the record's other edits.
      IF EXISTS (
        SELECT
        FROM pylon_sync.edits AS e
        WHERE e.resource = edit.resource
          AND e.record_id = edit.record_id
          AND e.state IN (${listOf(UNSETTLED)})
      )
      THEN
        PERFORM pylon_sync._show_edits(edit.resource, edit.record_id, 0);
      END IF;
    ELSIF known IS NOT NULL THEN
      UPDATE pylon_sync.edits AS e
      SET base = e.base || stood
      WHERE e.resource = edit.resource
        AND e.record_id = edit.record_id
        AND e.operation = 'delete'
        AND e.state IN (${listOf(UNSETTLED)});
    END IF;
  END IF;

  IF edit.operation = 'delete' THEN
    PERFORM pylon_sync._put_row(edit.resource, edit.base || '{"_hash": "${NO_DIGEST}"}');
  ELSIF edit.operation = 'create' THEN
    EXECUTE format('DELETE FROM pylon.%I WHERE id = $1', edit.resource)
    USING edit.record_id;
  END IF;

  PERFORM pylon_sync._mark_as_daemon(mark);

  -- Pylon has nothing to fetch of a record that was never created.
  IF edit.operation <> 'create'
    AND edit.record_id NOT LIKE '${PROVISIONAL}%'
  THEN
    PERFORM pylon_sync._read_again(edit.resource, edit.record_id, coalesce(shown, edit.base));
  END IF;
END $$`;
