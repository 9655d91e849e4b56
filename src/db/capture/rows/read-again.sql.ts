import type { Resource } from '../../../resources/define.ts';
import { factsOf } from '../merge/values.ts';
import { DEFINER } from '../names.ts';

/** Queues a record to be fetched as soon as possible. */
export const readAgain = (resources: readonly Resource[]): string => `
CREATE OR REPLACE FUNCTION pylon_sync._read_again(resource text, record_id text, known jsonb)
RETURNS void
LANGUAGE sql ${DEFINER}
AS $$
  INSERT INTO pylon_sync.rereads (resource, record_id, facts, reason)
  SELECT
    resource,
    record_id,
    (
      SELECT coalesce(jsonb_object_agg(name, known -> name), '{}')
      FROM unnest(${factsOf(resources)}) AS name
    ),
    'hint'
  ON CONFLICT ON CONSTRAINT rereads_pkey
  DO UPDATE SET
    facts = excluded.facts,
    reason = excluded.reason,
    since = clock_timestamp()
$$`;
