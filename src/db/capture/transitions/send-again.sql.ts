import { movable } from '../../../edits/states.ts';
import { listOf } from '../expressions.ts';
import { DEFINER } from '../names.ts';
import { inBatches } from './batches.ts';

/** Makes edits due now, so that they are sent again, and shows them in their rows. Returns how many. */
export const sendAgain = `
CREATE OR REPLACE FUNCTION pylon_sync._send_again(ids bigint[])
RETURNS integer
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  total integer := 0;
  batch record;
BEGIN
  PERFORM pylon_sync._lock_records(ids);

  FOR batch IN
    WITH chosen AS (
      SELECT o.id, o.resource, o.record_id
      FROM pylon_sync.edits AS o
      WHERE o.id = ANY (ids)
        AND o.state IN (${listOf(movable('retry'))})
      ORDER BY o.id
      FOR UPDATE
    )
${inBatches('chosen', 'ASC')}
  LOOP
    total := total + pylon_sync._revive_edits(batch.resource, batch.ids);
  END LOOP;

  PERFORM pg_notify('pylon_sync_edits', '');
  RETURN total;
END $$`;
