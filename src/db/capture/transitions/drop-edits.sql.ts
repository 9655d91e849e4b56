import { movable, moves, UNSETTLED } from '../../../edits/states.ts';
import { listOf } from '../expressions.ts';
import { DEFINER } from '../names.ts';
import { inBatches } from './batches.ts';

/** Discards edits, the latest of each record first, and removes them from their rows. Returns how many. */
export const dropEdits = `
CREATE OR REPLACE FUNCTION pylon_sync._drop_edits(ids bigint[], why text)
RETURNS integer
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  total integer;
  shown bigint[];
  batch record;
BEGIN
  PERFORM pylon_sync._lock_records(ids);

  WITH
    stood AS (
      SELECT e.id, e.state
      FROM pylon_sync.edits AS e
      WHERE e.id = ANY (ids)
        AND e.state IN (${listOf(movable('discard'))})
      ORDER BY e.id
      FOR UPDATE
    ),
    dropped AS (
      UPDATE pylon_sync.edits AS e
      SET
        state = '${moves('discard').to}',
        settled_at = clock_timestamp(),
        answer = NULL,
        error = why || CASE
          WHEN e.answer IS NULL THEN ''
          ELSE ', although Pylon had answered' || coalesce(' ' || e.http_status, '')
        END
      FROM stood
      WHERE e.id = stood.id
      RETURNING e.id, stood.state
    )
  -- Of any other edit the row shows Pylon's value already.
  SELECT count(*), array_agg(d.id) FILTER (WHERE d.state IN (${listOf(UNSETTLED)}))
  INTO total, shown
  FROM dropped AS d;

  FOR batch IN
    WITH chosen AS (
      SELECT o.id, o.resource, o.record_id
      FROM pylon_sync.edits AS o
      WHERE o.id = ANY (shown)
    )
${inBatches('chosen', 'DESC')}
  LOOP
    PERFORM pylon_sync._withdraw_edits(batch.resource, batch.ids);
  END LOOP;

  PERFORM pg_notify('pylon_sync_edits', '');
  RETURN total;
END $$`;
