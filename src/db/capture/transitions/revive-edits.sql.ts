import { moves } from '../../../edits/states.ts';
import type { Resource } from '../../../resources/define.ts';
import { setsOf } from '../merge/values.ts';
import { DEFINER } from '../names.ts';
import { hasUnsettled } from './known/unsettled-of.ts';

const AGAIN = moves('retry').to;

/**
 * Makes edits due now, one of each record, and shows them in their rows; leaves out those whose record is gone. Returns
 * how many. The caller must have locked the rows and the edits.
 */
export const reviveEdits = (resources: readonly Resource[]): string => `
CREATE OR REPLACE FUNCTION pylon_sync._revive_edits(resource text, ids bigint[])
RETURNS integer
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  merging text[] := ${setsOf(resources)} || '{custom_fields}';
  deletes bigint[];
  updates bigint[];
  record_ids text[];
  shown jsonb[];
  merged boolean[];
  merged_ids bigint[];
  merged_records text[];
  known jsonb[];
  mark text;
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
    array_agg(existing.shown ORDER BY e.record_id),
    array_agg(
      e.changes ?| merging OR ${hasUnsettled({ resource: 'e.resource', record: 'e.record_id' }, 'o.id <> e.id')}
      ORDER BY e.record_id
    )
  INTO updates, record_ids, shown, merged
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

  -- The row of a record without another edit, as most are, shows Pylon's values. Those of the others are found below
  -- their edits.
  merged_ids := ARRAY(SELECT r.id FROM unnest(updates, merged) AS r(id, merges) WHERE r.merges);
  merged_records := ARRAY(SELECT r.record_id FROM unnest(record_ids, merged) AS r(record_id, merges) WHERE r.merges);

  SELECT array_agg(r.known ORDER BY asked.place)
  INTO known
  FROM unnest(merged_records) WITH ORDINALITY AS asked(record_id, place)
  JOIN pylon_sync._known_rows(
    resource,
    merged_records,
    ARRAY(SELECT r.shown FROM unnest(shown, merged) AS r(shown, merges) WHERE r.merges)
  ) AS r USING (record_id);

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
    answer = NULL,
    shadow = CASE
      WHEN alone.shown IS NULL
      THEN e.shadow
      ELSE (
        SELECT jsonb_object_agg(key, coalesce(alone.shown -> key, 'null'))
        FROM jsonb_object_keys(e.changes) AS key
      )
    END
  FROM unnest(ids) AS asked(id)
  LEFT JOIN unnest(updates, shown, merged) AS alone(id, shown, merges)
    ON alone.id = asked.id
    AND NOT alone.merges
  WHERE e.id = asked.id
    AND e.state <> '${AGAIN}';

  IF merged_ids <> '{}' THEN
    PERFORM pylon_sync._save_shadows(resource, merged_records, known);
    PERFORM pylon_sync._show_edits(resource, merged_records, merged_ids);
  END IF;

  mark := pylon_sync._mark_as_daemon('on');
  PERFORM pylon_sync._put_columns_of_many(
    _revive_edits.resource,
    array_agg(e.record_id),
    array_agg(e.changes || jsonb_build_object('_synced_at', clock_timestamp()))
  )
  FROM unnest(updates, merged) AS alone(id, merges)
  JOIN pylon_sync.edits AS e USING (id)
  WHERE NOT alone.merges;
  PERFORM pylon_sync._mark_as_daemon(mark);
  RETURN coalesce(cardinality(ids), 0);
END $$`;
