import { PROVISIONAL } from '../../../edits/provisional.ts';
import { DEFINER } from '../names.ts';
import { REFUSED } from '../sqlstates.ts';

/** SQL: the provisional ids in `changes` of an edit `e`, as rows of `named`. */
const NAMED = `jsonb_path_query(
        e.changes,
        '$.** ? (@.type() == "string" && @ starts with "${PROVISIONAL}")'
      ) AS named`;

/**
 * Refuses a create that depends on itself through other creates: each would wait for the other for ever. If a create
 * refers to a row that is not inserted yet, other such creates wait until its transaction ends, so that two
 * transactions cannot form a circle unseen.
 */
export const refuseCircle = `
CREATE OR REPLACE FUNCTION pylon_sync._refuse_circle(record text)
RETURNS void
LANGUAGE plpgsql ${DEFINER}
AS $$
BEGIN
  IF EXISTS (
    SELECT
    FROM
      pylon_sync.edits AS e,
      ${NAMED}
    WHERE e.record_id = record
      AND e.operation = 'create'
      AND NOT EXISTS (
        SELECT
        FROM pylon_sync.edits AS made
        WHERE made.record_id = named #>> '{}'
          AND made.operation = 'create'
      )
  )
  THEN
    PERFORM pg_advisory_xact_lock(hashtextextended('pylon_sync.refuse_circle', 0));
  END IF;

  IF EXISTS (
    WITH RECURSIVE needed(id) AS (
      SELECT named #>> '{}'
      FROM
      pylon_sync.edits AS e,
      ${NAMED}
      WHERE e.record_id = record
        AND e.operation = 'create'

      UNION

      SELECT named #>> '{}'
      FROM needed
      JOIN pylon_sync.edits AS e
        ON e.record_id = needed.id
        AND e.operation = 'create'
        AND e.state NOT IN ('applied', 'discarded'),
      ${NAMED}
    )
    SELECT
    FROM needed
    WHERE id = record
  )
  THEN
    RAISE EXCEPTION 'the new row % refers to itself through other new rows', quote_literal(record)
      USING
        ERRCODE = '${REFUSED.value}',
        HINT = 'Pylon creates one after the other: leave one of the references out, and set it once both are created.';
  END IF;
END $$`;
