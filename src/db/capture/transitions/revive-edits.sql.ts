import { moves } from '../../../edits/states.ts';
import { DEFINER } from '../names.ts';

const AGAIN = moves('retry').to;

/**
 * Makes edits due now, one of each record, and shows them in their rows; leaves out those whose record is gone. Returns
 * how many. The caller must have locked the rows and the edits.
 */
export const reviveEdits = `
CREATE OR REPLACE FUNCTION pylon_sync._revive_edits(resource text, ids bigint[])
RETURNS integer
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  deletes bigint[];
  updates bigint[];
  record_ids text[];
  shown jsonb[];
  known jsonb[];
BEGIN
  SELECT
    array_agg(e.id) FILTER (WHERE e.operation <> 'update' OR existing.record_id IS NOT NULL),
    array_agg(e.id) FILTER (WHERE e.operation = 'delete' AND e.state <> '${AGAIN}')
  INTO ids, deletes
  FROM pylon_sync.edits AS e
  LEFT JOIN pylon_sync._shown_columns(
    _revive_edits.resource,
    ARRAY(SELECT o.record_id FROM pylon_sync.edits AS o WHERE o.id = ANY (ids))
  ) AS existing
    ON existing.record_id = e.record_id
  WHERE e.id = ANY (ids);

  IF deletes IS NOT NULL THEN
    ids := ARRAY(SELECT id FROM unnest(ids) AS id EXCEPT SELECT id FROM unnest(deletes) AS id)
      || pylon_sync._delete_again(resource, deletes);
  END IF;

  -- The row shows an edit that waits already.
  SELECT
    array_agg(e.id ORDER BY e.record_id),
    array_agg(e.record_id ORDER BY e.record_id),
    array_agg(existing.shown ORDER BY e.record_id)
  INTO updates, record_ids, shown
  FROM pylon_sync.edits AS e
  JOIN pylon_sync._shown_columns(
    _revive_edits.resource,
    ARRAY(SELECT o.record_id FROM pylon_sync.edits AS o WHERE o.id = ANY (ids)),
    ARRAY(
      SELECT DISTINCT key
      FROM pylon_sync.edits AS o
      CROSS JOIN LATERAL jsonb_object_keys(o.changes) AS key
      WHERE o.id = ANY (ids)
    )
  ) AS existing
    ON existing.record_id = e.record_id
  WHERE e.id = ANY (ids)
    AND e.operation = 'update'
    AND e.state <> '${AGAIN}';

  SELECT array_agg(r.known ORDER BY asked.place)
  INTO known
  FROM unnest(record_ids) WITH ORDINALITY AS asked(record_id, place)
  JOIN pylon_sync._known_rows(resource, record_ids, shown) AS r USING (record_id);

  -- An edit that waits for a retry becomes due. The record of its earlier requests stays.
  UPDATE pylon_sync.edits AS e
  SET
    next_attempt_at = clock_timestamp(),
    waiting_since = clock_timestamp()
  WHERE e.id = ANY (ids)
    AND e.state = '${AGAIN}';

  UPDATE pylon_sync.edits AS e
  SET
    state = '${AGAIN}',
    next_attempt_at = clock_timestamp(),
    waiting_since = clock_timestamp(),
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
  WHERE e.id = ANY (ids)
    AND e.state <> '${AGAIN}';

  IF updates IS NOT NULL THEN
    PERFORM pylon_sync._save_shadows(resource, record_ids, known);
    PERFORM pylon_sync._show_edits(resource, record_ids, updates);
  END IF;
  RETURN coalesce(cardinality(ids), 0);
END $$`;
