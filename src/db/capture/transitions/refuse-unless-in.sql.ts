import { DEFINER } from '../names.ts';
import { UNDECIDABLE } from '../sqlstates.ts';

/** Refuses a decision about an edit that does not exist, or whose state is none of those given. */
export const refuseUnlessIn = `
CREATE OR REPLACE FUNCTION pylon_sync._refuse_unless_in(edit_id bigint, verb text, states text[])
RETURNS void
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  edit pylon_sync.edits;
BEGIN
  SELECT e.*
  INTO edit
  FROM pylon_sync.edits AS e
  WHERE e.id = edit_id;

  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no edit %', coalesce(edit_id::text, 'NULL')
      USING ERRCODE = '${UNDECIDABLE.unknown}';
  END IF;

  IF edit.state <> ALL (states) THEN
    RAISE EXCEPTION 'edit % is %: there is nothing to %', edit_id, edit.state, verb
      USING
        ERRCODE = '${UNDECIDABLE.state}',
        HINT = CASE edit.state
          WHEN 'sending' THEN 'It is being sent to Pylon, whose answer settles it.'
          WHEN 'applied' THEN format('SELECT pylon_sync.undo(%s) queues the reverse.', edit_id)
          WHEN 'draft' THEN format('SELECT pylon_sync.approve_edit(%s) lets it go.', edit_id)
          ELSE 'This can be done to edits that are ' || array_to_string(states, ', ') || '.'
        END;
  END IF;
END $$`;
