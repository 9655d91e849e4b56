import type { Resource } from '../../../resources/define.ts';
import { factsOf } from '../merge/values.ts';
import { DEFINER } from '../names.ts';

/**
 * Queues records to be fetched as soon as possible. What the paths of their requests need is taken from their live rows;
 * for a record without one, from `known`.
 */
export const readAgain = (resources: readonly Resource[]): string => `
CREATE OR REPLACE FUNCTION pylon_sync._read_again(resource text, record_ids text[], known jsonb[])
RETURNS void
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  needed text[] := ${factsOf(resources)};
BEGIN
  IF needed <> '{}' THEN
    EXECUTE format(
      'SELECT array_agg(coalesce(to_jsonb(existing), one.known) ORDER BY one.place)
       FROM unnest($1, $2) WITH ORDINALITY AS one(record_id, known, place)
       LEFT JOIN pylon.%I AS existing ON existing.id = one.record_id AND existing._deleted_at IS NULL',
      resource
    )
    INTO known
    USING record_ids, known;
  END IF;

  INSERT INTO pylon_sync.rereads (resource, record_id, facts, reason)
  SELECT
    _read_again.resource,
    one.record_id,
    (
      SELECT coalesce(jsonb_object_agg(name, one.known -> name), '{}')
      FROM unnest(needed) AS name
    ),
    'hint'
  FROM unnest(record_ids, known) AS one(record_id, known)
  ORDER BY one.record_id
  ON CONFLICT ON CONSTRAINT rereads_pkey
  DO UPDATE SET
    facts = excluded.facts,
    reason = excluded.reason,
    since = clock_timestamp();
END $$`;
