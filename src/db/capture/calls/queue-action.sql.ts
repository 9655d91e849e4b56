import { PROVISIONAL } from '../../../edits/provisional.ts';
import { UNSETTLED } from '../../../edits/states.ts';
import { listOf } from '../expressions.ts';
import { DEFINER } from '../names.ts';

/**
 * Queues an action of a record that exists, or that an edit is to create, or one that makes a record; returns the edit's
 * id.
 */
export const queueAction = `
CREATE OR REPLACE FUNCTION pylon_sync._queue_action(call text, spec jsonb, arguments jsonb)
RETURNS bigint
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  called text := arguments ->> (spec ->> 'record');
  stands boolean := spec ? 'makes';
  edit bigint;
  sizes jsonb := '{}';
BEGIN
  IF stands THEN
    called := '${PROVISIONAL}' || gen_random_uuid()::text;
  ELSE
    EXECUTE format(
      'SELECT EXISTS (SELECT FROM pylon.%I AS existing WHERE existing.id = $1 AND existing._deleted_at IS NULL)',
      spec ->> 'resource'
    )
    INTO stands
    USING called;
  END IF;

  IF NOT stands
    AND NOT EXISTS (
      SELECT
      FROM pylon_sync.edits AS e
      WHERE e.resource = spec ->> 'resource'
        AND e.record_id = called
        AND e.operation = 'create'
        AND e.changes ? 'action'
        AND e.state IN (${listOf(UNSETTLED)})
    )
  THEN
    PERFORM pylon_sync._refuse_unknown(spec ->> 'resource', called);
  END IF;
  PERFORM pylon_sync._refuse_unknown_arguments(call, spec, arguments);

  IF arguments ? (spec ->> 'file') THEN
    sizes := jsonb_build_object(
      'bytes',
      (SELECT sum(size::bigint) FROM jsonb_path_query(arguments -> (spec ->> 'file'), '$[*].bytes') AS size)
    );
  END IF;

  edit := pylon_sync._queue_edit(
    spec ->> 'resource',
    called,
    CASE WHEN spec ? 'makes' THEN 'create' ELSE 'action' END,
    jsonb_strip_nulls(jsonb_build_object('action', call) || (arguments - coalesce(spec ->> 'record', '')) || sizes),
    '{}'
  );
  PERFORM pylon_sync._edits_queued();
  RETURN edit;
END $$`;
