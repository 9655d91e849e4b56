import { DEFINER } from '../names.ts';

/** Queues an action of a record that exists; returns the edit's id. */
export const queueAction = `
CREATE OR REPLACE FUNCTION pylon_sync._queue_action(call text, spec jsonb, arguments jsonb)
RETURNS bigint
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  called text := arguments ->> (spec ->> 'record');
  stands boolean;
  edit bigint;
BEGIN
  EXECUTE format(
    'SELECT EXISTS (SELECT FROM pylon.%I AS existing WHERE existing.id = $1 AND existing._deleted_at IS NULL)',
    spec ->> 'resource'
  )
  INTO stands
  USING called;

  IF NOT stands THEN
    PERFORM pylon_sync._refuse_unknown(spec ->> 'resource', called);
  END IF;

  edit := pylon_sync._queue_edit(
    spec ->> 'resource',
    called,
    'action',
    jsonb_strip_nulls(jsonb_build_object('action', call) || (arguments - (spec ->> 'record'))),
    '{}'
  );
  PERFORM pylon_sync._edits_queued();
  RETURN edit;
END $$`;
