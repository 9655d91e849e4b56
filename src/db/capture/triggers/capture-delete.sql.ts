import { PROVISIONAL } from '../../../edits/provisional.ts';
import { queueing } from '../expressions.ts';
import { DEFINER } from '../names.ts';
import { REFUSED } from '../sqlstates.ts';

const UNSENT = `resource = TG_TABLE_NAME
      AND record_id = OLD.id
      AND state IN ('draft', 'pending')`;

/**
 * Queues the delete of a row. If Pylon does not have the row yet, its edits are discarded instead. The trigger's
 * argument: why other rows cannot be deleted, for people; empty if they can.
 */
export const captureDelete = `
CREATE OR REPLACE FUNCTION pylon_sync._capture_delete()
RETURNS trigger
LANGUAGE plpgsql ${DEFINER}
AS $$
BEGIN
  IF OLD.id LIKE '${PROVISIONAL}%' THEN
    UPDATE pylon_sync.edits
    SET
      state = 'discarded',
      settled_at = clock_timestamp(),
      error = 'deleted here before it was created in Pylon'
    WHERE ${UNSENT}
      AND operation = 'create'
      AND first_sent_at IS NULL;

    IF FOUND THEN
      UPDATE pylon_sync.edits
      SET
        state = 'discarded',
        settled_at = clock_timestamp(),
        error = 'the record was deleted afterwards'
      WHERE ${UNSENT};
      RETURN NULL;
    END IF;
  END IF;

  IF TG_ARGV[0] <> '' THEN
    RAISE EXCEPTION '% of pylon.% is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0]
      USING
        ERRCODE = '${REFUSED.unsupported}',
        TABLE = TG_TABLE_NAME;
  END IF;
${queueing('TG_TABLE_NAME', 'OLD.id', 'delete', "'{}'", 'to_jsonb(OLD)')}

  RETURN NULL;
END $$`;
