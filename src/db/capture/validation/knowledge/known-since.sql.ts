import { DEFINER } from '../../names.ts';
import { NEWEST, runsAfter } from './runs-of-target.ts';

/**
 * When the newest complete read of a resource began, if what it brought can be trusted: the resource is mirrored, and
 * nothing that was read of it since has failed or was refused. Else null.
 */
export const knownSince = `
CREATE OR REPLACE FUNCTION pylon_sync._known_since(target text)
RETURNS timestamptz
LANGUAGE sql STABLE ${DEFINER}
AS $$
  SELECT whole.started_at
  FROM (
    SELECT r.id, r.started_at
    FROM ${runsAfter('0')}
      AND r.outcome = 'done'
      AND r.kind IN ('backfill', 'lists', 'reconcile')
    ORDER BY ${NEWEST}
    LIMIT 1
  ) AS whole
  WHERE coalesce(
      (SELECT s.value -> 'resources' ? target FROM pylon_sync.settings AS s WHERE s.key = 'schedule'),
      true
    )
    AND NOT EXISTS (
      SELECT
      FROM (
        SELECT DISTINCT ON (r.kind) r.outcome
        FROM ${runsAfter('whole.id')}
          AND r.outcome IN ('done', 'failed', 'unavailable')
        ORDER BY r.kind, r.id DESC
      ) AS later
      WHERE later.outcome <> 'done'
    )
$$`;
