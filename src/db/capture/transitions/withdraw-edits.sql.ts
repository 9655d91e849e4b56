import { PROVISIONAL } from '../../../edits/provisional.ts';
import { NO_DIGEST } from '../../../resources/define.ts';
import { DEFINER } from '../names.ts';

/**
 * Removes edits from their rows, one of each record: restores the values from before, or Pylon's last known ones, until
 * the daemon fetches the records. The caller must have locked the rows.
 */
export const withdrawEdits = `
CREATE OR REPLACE FUNCTION pylon_sync._withdraw_edits(resource text, ids bigint[])
RETURNS void
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  updates bigint[];
  deleted jsonb[];
  created text[];
  again text[];
  known jsonb[];
  mark text := pylon_sync._mark_as_daemon('on');
BEGIN
  SELECT
    array_agg(e.id) FILTER (WHERE e.operation = 'update'),
    array_agg(e.base || '{"_hash": "${NO_DIGEST}"}') FILTER (WHERE e.operation = 'delete'),
    array_agg(e.record_id) FILTER (WHERE e.operation = 'create')
  INTO updates, deleted, created
  FROM pylon_sync.edits AS e
  WHERE e.id = ANY (ids);

  IF updates IS NOT NULL THEN
    PERFORM pylon_sync._withdraw_updates(resource, updates);
  END IF;

  IF deleted IS NOT NULL THEN
    PERFORM pylon_sync._put_rows(resource, deleted);
  END IF;

  IF created IS NOT NULL THEN
    EXECUTE format('DELETE FROM pylon.%I WHERE id = ANY ($1)', resource)
    USING created;
  END IF;

  PERFORM pylon_sync._mark_as_daemon(mark);

  -- Pylon has nothing to fetch of a record that was never created.
  SELECT array_agg(e.record_id), array_agg(e.base)
  INTO again, known
  FROM pylon_sync.edits AS e
  WHERE e.id = ANY (ids)
    AND e.operation <> 'create'
    AND e.record_id NOT LIKE '${PROVISIONAL}%';

  IF again IS NOT NULL THEN
    PERFORM pylon_sync._read_again(resource, again, known);
  END IF;
END $$`;
