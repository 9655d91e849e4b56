import { NO_DIGEST } from '../../../resources/define.ts';
import { DEFINER } from '../names.ts';
import { hasUnsettled, unsettledOf } from './known/unsettled-of.ts';

/** `_withdraw_edits` for edits that are updates. */
export const withdrawUpdates = `
CREATE OR REPLACE FUNCTION pylon_sync._withdraw_updates(resource text, ids bigint[])
RETURNS void
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  record_ids text[];
  shown jsonb[];
  live boolean[];
  merged boolean[];
  merged_ids bigint[];
  known jsonb[];
  stood jsonb[];
  after jsonb[];
BEGIN
  -- If the row is being deleted, its delete has the values that return should Pylon refuse the delete.
  SELECT
    array_agg(e.id ORDER BY e.record_id),
    array_agg(e.record_id ORDER BY e.record_id),
    array_agg(coalesce(existing.shown, deleting.base) ORDER BY e.record_id),
    array_agg(existing.shown IS NOT NULL ORDER BY e.record_id),
    array_agg(
      e.changes ? 'custom_fields' OR ${hasUnsettled({ resource: 'e.resource', record: 'e.record_id' })}
      ORDER BY e.record_id
    )
  INTO ids, record_ids, shown, live, merged
  FROM pylon_sync.edits AS e
  LEFT JOIN pylon_sync._shown_columns(
    _withdraw_updates.resource,
    ARRAY(SELECT o.record_id FROM pylon_sync.edits AS o WHERE o.id = ANY (ids))
  ) AS existing
    ON existing.record_id = e.record_id
  LEFT JOIN ${unsettledOf({ resource: 'e.resource', record: 'e.record_id', operation: 'delete' }, 'existing.record_id IS NULL')} AS deleting
    ON true
  WHERE e.id = ANY (ids);

  -- A record without another edit, as most are, gets back the values that this one has kept. The others are merged.
  merged_ids := ARRAY(SELECT r.id FROM unnest(ids, merged) AS r(id, merges) WHERE r.merges);

  SELECT
    array_agg(r.known ORDER BY asked.place),
    array_agg(
      (
        SELECT jsonb_object_agg(
          key,
          CASE WHEN asked.merges THEN r.known -> key ELSE coalesce(e.shadow -> key, e.base -> key, 'null') END
        )
        FROM jsonb_object_keys(e.changes) AS key
      )
      ORDER BY asked.place
    )
  INTO known, stood
  FROM unnest(ids, record_ids, merged) WITH ORDINALITY AS asked(id, record_id, merges, place)
  JOIN pylon_sync.edits AS e USING (id)
  LEFT JOIN pylon_sync._known_rows(
    _withdraw_updates.resource,
    ARRAY(SELECT r.record_id FROM unnest(record_ids, merged) AS r(record_id, merges) WHERE r.merges),
    ARRAY(SELECT r.shown FROM unnest(shown, merged) AS r(shown, merges) WHERE r.merges),
    merged_ids
  ) AS r
    ON r.record_id = asked.record_id;

  IF merged_ids <> '{}' THEN
    -- Later edits have this edit's values as their base. Pylon never had these, which is no change in Pylon.
    UPDATE pylon_sync.edits AS e
    SET base = pylon_sync._base_without(_withdraw_updates.resource, e.base, e.changes, withdrawn.base, withdrawn.changes)
    FROM pylon_sync.edits AS withdrawn
    CROSS JOIN ${unsettledOf({ resource: 'withdrawn.resource', record: 'withdrawn.record_id' }, 'o.id > withdrawn.id')} AS later
    WHERE withdrawn.id = ANY (merged_ids)
      AND e.id = later.id
      AND e.changes ?| ARRAY(SELECT jsonb_object_keys(withdrawn.changes));

    PERFORM pylon_sync._save_shadows(resource, record_ids, known);

    -- The rows still show the records' other edits.
    SELECT array_agg(o.after ORDER BY asked.place)
    INTO after
    FROM unnest(record_ids) WITH ORDINALITY AS asked(record_id, place)
    LEFT JOIN pylon_sync._edits_over(
      resource,
      ARRAY(SELECT r.record_id FROM unnest(record_ids, merged) AS r(record_id, merges) WHERE r.merges),
      array_fill(0::bigint, ARRAY[cardinality(merged_ids)]),
      ARRAY(
        SELECT r.shown || r.stood
        FROM unnest(shown, stood, merged) WITH ORDINALITY AS r(shown, stood, merges, place)
        WHERE r.merges
        ORDER BY place
      )
    ) AS o
      ON o.record_id = asked.record_id;
  END IF;

  PERFORM pylon_sync._put_columns_of_many(
    resource,
    array_agg(r.record_id),
    array_agg(
      r.stood || coalesce(r.after, '{}')
      || jsonb_build_object('_synced_at', clock_timestamp(), '_hash', '${NO_DIGEST}')
    )
  )
  FROM unnest(record_ids, live, stood, after) AS r(record_id, live, stood, after)
  WHERE r.live;

  UPDATE pylon_sync.edits AS e
  SET base = e.base || r.stood
  FROM unnest(record_ids, live, stood) AS r(record_id, live, stood)
  CROSS JOIN ${unsettledOf({ resource: '_withdraw_updates.resource', record: 'r.record_id', operation: 'delete' }, 'NOT r.live')} AS deleting
  WHERE e.id = deleting.id
    AND r.stood IS NOT NULL;
END $$`;
