import { FIXED } from '../names.ts';
import { UNDECIDABLE } from '../sqlstates.ts';

/** Queues the reverse of an applied UPDATE, by writing the former values to the row; returns the new edit's id. */
export const undo = `
CREATE OR REPLACE FUNCTION pylon_sync.undo(edit_id bigint)
RETURNS bigint
LANGUAGE plpgsql ${FIXED}
AS $$
DECLARE
  edit pylon_sync.edits;
  row_now jsonb;
  after jsonb;
  done jsonb;
  moved text;
  queued bigint;
BEGIN
  SELECT e.*
  INTO edit
  FROM pylon_sync.edits AS e
  WHERE e.id = edit_id;

  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no edit %', coalesce(edit_id::text, 'NULL')
      USING ERRCODE = '${UNDECIDABLE.unknown}';
  END IF;

  IF edit.operation <> 'update' THEN
    RAISE EXCEPTION 'edit % cannot be undone: %',
        edit_id,
        CASE edit.operation
          WHEN 'create' THEN 'it created a record, which only a DELETE removes'
          WHEN 'delete' THEN 'a record deleted in Pylon cannot be restored'
          ELSE 'what it did in Pylon cannot be reversed'
        END
      USING ERRCODE = '0A000';
  END IF;

  IF edit.state <> 'applied' THEN
    RAISE EXCEPTION 'edit % cannot be undone: it is %', edit_id, edit.state
      USING
        ERRCODE = '${UNDECIDABLE.state}',
        HINT = CASE
          WHEN edit.state IN ('discarded', 'failed') THEN 'It has no effect in Pylon.'
          WHEN edit.state = 'sending' THEN 'It is being sent to Pylon.'
          ELSE format('SELECT pylon_sync.discard_edit(%s) drops it.', edit_id)
        END;
  END IF;

  EXECUTE format('SELECT to_jsonb(r) FROM pylon.%I AS r WHERE id = $1 AND _deleted_at IS NULL', edit.resource)
  INTO row_now
  USING edit.record_id;

  IF row_now IS NULL THEN
    RAISE EXCEPTION 'edit % cannot be undone: % % is gone from Pylon', edit_id, edit.resource, edit.record_id
      USING ERRCODE = '${UNDECIDABLE.state}';
  END IF;

  after := pylon_sync._changed_columns(edit.resource, edit.changes, edit.base, row_now);

  -- This overwrites later values. The edit that is made here has them as its base.
  done := pylon_sync._as_columns(
    edit.resource,
    pylon_sync._changed_columns(edit.resource, edit.base, edit.changes, row_now)
  );

  SELECT string_agg(key, ', ' ORDER BY key)
  INTO moved
  FROM jsonb_object_keys(after) AS key
  WHERE done -> key IS DISTINCT FROM row_now -> key;

  IF moved IS NOT NULL THEN
    RAISE NOTICE 'edit % was not the last to change %', edit_id, moved;
  END IF;

  PERFORM pylon_sync._put_columns(edit.resource, edit.record_id, after);

  SELECT max(e.id)
  INTO queued
  FROM pylon_sync.edits AS e
  WHERE e.txid = pg_current_xact_id()::text::bigint
    AND e.resource = edit.resource
    AND e.record_id = edit.record_id
    AND e.id > edit_id;

  IF queued IS NULL THEN
    RAISE EXCEPTION 'edit % cannot be undone: its record has the earlier values already', edit_id
      USING ERRCODE = '${UNDECIDABLE.state}';
  END IF;
  RETURN queued;
END $$`;
