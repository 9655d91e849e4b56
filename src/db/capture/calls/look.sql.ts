import { FIXED } from '../names.ts';
import { REFUSED } from '../sqlstates.ts';
import { GUARDED, READABLE } from '../visible.ts';
import { FIND_KNOWN } from './find-known.ts';

/**
 * Runs as the caller: checks its privilege on the function that is called, finds the ids of records that are named by what
 * people know of them, and writes to `NEW.unseen` the positions of
 * those records that row security hides from the caller. It calls none of our functions, so that the caller needs no
 * further privilege.
 */
export const look = `
CREATE OR REPLACE FUNCTION pylon_sync._call_2_look()
RETURNS trigger
LANGUAGE plpgsql ${FIXED}
AS $$
DECLARE
  guarded record;
  places bigint[];
  asked record;
  found_ids text[];
  candidates text[];
BEGIN
  IF NOT has_function_privilege(NEW.spec ->> 'signature', 'EXECUTE')
    AND NOT coalesce(has_function_privilege(NEW.spec ->> 'signature_by_number', 'EXECUTE'), false)
  THEN
    RAISE EXCEPTION 'permission denied for function %', NEW.spec ->> 'signature'
      USING ERRCODE = '${REFUSED.notAllowed}';
  END IF;
${FIND_KNOWN}

  NEW.unseen := '{}';
  FOR guarded IN
    SELECT
      c.relname AS name,
      ${READABLE} AS readable
    ${GUARDED}
      AND c.relname = ANY (NEW.resources)
  LOOP
    EXECUTE format(
      'SELECT array_agg(asked.place)
       FROM unnest($1, $2) WITH ORDINALITY AS asked(resource, record_id, place)
       WHERE asked.resource = %L %s',
      guarded.name,
      CASE
        WHEN guarded.readable
        THEN format(
          'AND NOT EXISTS (SELECT FROM pylon.%I AS existing WHERE existing.id = asked.record_id)',
          guarded.name
        )
      END
    )
    INTO places
    USING NEW.resources, NEW.record_ids;
    NEW.unseen := NEW.unseen || coalesce(places, '{}');
  END LOOP;
  RETURN NEW;
END $$`;
