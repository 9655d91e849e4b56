import type { State } from '../../../edits/states.ts';
import { listOf } from '../expressions.ts';
import { FIXED } from '../names.ts';

/** States of edits that were not applied. */
const UNDONE = ['failed', 'conflict', 'discarded'] as const satisfies readonly State[];

/** How many edits that were not applied get a warning each. */
const WARNED = 10;

/** Waits for edits, counts them by state, and warns of the first that did not go through. */
export const waitForEdits = `
CREATE OR REPLACE FUNCTION pylon_sync.wait_for_edits(
  timeout interval DEFAULT '1 minute',
  txid bigint DEFAULT NULL
)
RETURNS TABLE (state text, edits bigint)
LANGUAGE plpgsql ${FIXED}
AS $$
DECLARE
  chosen bigint[] := pylon_sync._awaited_edits(timeout, txid);
  edit pylon_sync.edits;
  others bigint;
BEGIN
  FOR edit IN
    SELECT e.*
    FROM pylon_sync.edits AS e
    WHERE e.id = ANY (chosen)
      AND e.state IN (${listOf(UNDONE)})
    ORDER BY e.id
    LIMIT ${WARNED}
  LOOP
    RAISE WARNING 'edit % of % % is %: %',
      edit.id,
      edit.resource,
      edit.record_id,
      edit.state,
      coalesce(
        edit.error,
        'Pylon holds something else in ' || array_to_string(edit.held, ', '),
        'no reason is known'
      );
  END LOOP;

  SELECT count(*) - ${WARNED}
  INTO others
  FROM pylon_sync.edits AS e
  WHERE e.id = ANY (chosen)
    AND e.state IN (${listOf(UNDONE)});

  IF others > 0 THEN
    RAISE WARNING '% more did not go through', others
      USING HINT = 'The table pylon_sync.edits has all of them, with their reasons.';
  END IF;

  RETURN QUERY
    SELECT e.state, count(*)
    FROM pylon_sync.edits AS e
    WHERE e.id = ANY (chosen)
    GROUP BY 1
    ORDER BY 1;
END $$`;
