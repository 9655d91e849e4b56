import { resources } from '../../../../resources/index.ts';
import { isListedWhole, scheduleOf } from '../../../../resources/listed.ts';
import { DEFINER, literal } from '../../names.ts';
import { NEWEST, runsAfter } from './runs-of-target.ts';

/** The schedule that keeps each resource up to date of which all records are mirrored. */
const SCHEDULES = Object.fromEntries(
  resources
    .filter((resource) => isListedWhole(resource, resources))
    .map((resource) => [resource.name, scheduleOf(resource, resources)]),
);

/**
 * When the newest list of a resource began, if a record that is not mirrored does not exist: all records are mirrored,
 * that list is newer than two periods of its schedule, and `_known_since` trusts it. Else null.
 */
export const listedRecently = `
CREATE OR REPLACE FUNCTION pylon_sync._listed_recently(target text)
RETURNS timestamptz
LANGUAGE sql STABLE ${DEFINER}
AS $$
  SELECT newest.started_at
  FROM pylon_sync.settings AS s
  CROSS JOIN (SELECT ${literal(JSON.stringify(SCHEDULES))}::jsonb ->> target AS name) AS schedule
  CROSS JOIN LATERAL (
    SELECT r.started_at
    FROM ${runsAfter('0')}
      AND r.outcome = 'done'
      AND (r.kind IN ('backfill', 'lists', 'reconcile') OR r.kind = schedule.name)
    ORDER BY ${NEWEST}
    LIMIT 1
  ) AS newest
  WHERE s.key = 'schedule'
    AND pylon_sync._known_since(target) IS NOT NULL
    AND newest.started_at
      > clock_timestamp() - 2 * make_interval(secs => (s.value -> 'periods' ->> schedule.name)::float8)
$$`;
