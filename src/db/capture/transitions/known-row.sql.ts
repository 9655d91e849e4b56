import { UNSETTLED } from '../../../edits/states.ts';
import { listOf } from '../expressions.ts';
import { DEFINER } from '../names.ts';

/**
 * A row with Pylon's last known values: without its unsettled edits and one further edit. If several edits change a
 * column, the first one has the value.
 */
export const knownRow = `
CREATE OR REPLACE FUNCTION pylon_sync._known_row(
  resource text,
  record_id text,
  shown jsonb,
  without bigint DEFAULT NULL
)
RETURNS jsonb
LANGUAGE plpgsql STABLE ${DEFINER}
AS $$
DECLARE
  known jsonb := shown;
  edit pylon_sync.edits;
BEGIN
  FOR edit IN
    SELECT e.*
    FROM pylon_sync.edits AS e
    WHERE e.resource = _known_row.resource
      AND e.record_id = _known_row.record_id
      AND e.operation = 'update'
      AND (e.state IN (${listOf(UNSETTLED)}) OR e.id = without)
    ORDER BY e.id DESC
  LOOP
    known := known || pylon_sync._columns_before(edit, known);
  END LOOP;
  RETURN known;
END $$`;
