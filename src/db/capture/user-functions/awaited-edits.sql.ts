import type { State } from '../../../edits/states.ts';
import { ACTOR, listOf } from '../expressions.ts';
import { FIXED } from '../names.ts';

/** States that change without a person. */
const MOVING = ['pending', 'sending'] as const satisfies readonly State[];

/**
 * Waits until edits no longer change without a person: the caller's edits that are not settled, or those of a
 * transaction. Returns their ids. It waits for that transaction to end first.
 */
export const awaitedEdits = `
CREATE OR REPLACE FUNCTION pylon_sync._awaited_edits(timeout interval, txid bigint)
RETURNS bigint[]
LANGUAGE plpgsql ${FIXED}
AS $$
DECLARE
  mine bigint := pg_current_xact_id_if_assigned()::text::bigint;
  until timestamptz := clock_timestamp() + timeout;
  pause double precision := 0.01;
  chosen bigint[];
BEGIN
  IF timeout IS NULL THEN
    RAISE EXCEPTION 'pylon_sync.wait_for_edits needs the time to wait, which must not be NULL'
      USING ERRCODE = '22004';
  END IF;

  IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
    RAISE EXCEPTION 'a transaction that is % does not see what the daemon does meanwhile',
        current_setting('transaction_isolation')
      USING
        ERRCODE = '25001',
        HINT = 'Call pylon_sync.wait_for_edits() in a transaction that is READ COMMITTED.';
  END IF;

  IF EXISTS (SELECT FROM pylon_sync.edits AS e WHERE e.txid = mine) THEN
    RAISE EXCEPTION 'edits of this transaction are sent after it commits: it cannot wait for them'
      USING
        ERRCODE = '25001',
        HINT = 'COMMIT, then call pylon_sync.wait_for_edits().';
  END IF;

  LOOP
    EXIT WHEN _awaited_edits.txid IS NULL
      OR pg_xact_status(_awaited_edits.txid::text::xid8) IS DISTINCT FROM 'in progress'
      OR clock_timestamp() >= until;
    PERFORM pg_sleep(0.05);
  END LOOP;

  SELECT coalesce(array_agg(e.id), '{}')
  INTO chosen
  FROM pylon_sync.edits AS e
  WHERE
    CASE
      WHEN _awaited_edits.txid IS NULL
      THEN e.actor = ${ACTOR}
        AND e.state IN ('draft', ${listOf(MOVING)})
      ELSE e.txid = _awaited_edits.txid
    END;

  WHILE clock_timestamp() < until
    AND EXISTS (
      SELECT
      FROM pylon_sync.edits AS e
      WHERE e.id = ANY (chosen)
        AND e.state IN (${listOf(MOVING)})
    )
  LOOP
    PERFORM pg_sleep(least(pause, greatest(0.001, extract(epoch FROM until - clock_timestamp()))));
    pause := least(0.25, pause * 1.5);
  END LOOP;
  RETURN chosen;
END $$`;
