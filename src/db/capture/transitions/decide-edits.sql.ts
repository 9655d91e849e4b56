import { ACTOR } from '../expressions.ts';
import { DEFINER } from '../names.ts';
import { UNDECIDABLE } from '../sqlstates.ts';

/**
 * Changes the state of those edits for which that is possible. Returns how many. For a single edit, raises an error
 * with the reason.
 */
export const decideEdits = `
CREATE OR REPLACE FUNCTION pylon_sync._decide_edits(spec jsonb, arguments jsonb, ids bigint[])
RETURNS integer
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  verb text := spec ->> 'verb';
  choice text := arguments ->> 'choice';
  states text[] := ARRAY(SELECT jsonb_array_elements_text(spec -> 'states'));
  chosen bigint[];
  moved integer;
BEGIN
  IF spec ? 'single' THEN
    IF ids = '{}' THEN
      RAISE EXCEPTION 'there is no edit %', coalesce(arguments ->> 'edit', 'NULL')
        USING ERRCODE = '${UNDECIDABLE.unknown}';
    END IF;
    PERFORM pylon_sync._refuse_unless_in(ids[1], verb, states);
  END IF;

  IF verb = 'resolve' THEN
    IF choice IS NULL OR choice NOT IN ('local', 'pylon') THEN
      RAISE EXCEPTION 'an edit is resolved with ''local'', which sends it, or ''pylon'', which drops it'
        USING ERRCODE = '${UNDECIDABLE.value}';
    END IF;
    PERFORM pylon_sync._lock_records(ids);
  END IF;

  SELECT coalesce(array_agg(e.id), '{}')
  INTO chosen
  FROM pylon_sync.edits AS e
  WHERE e.id = ANY (ids)
    AND e.state = ANY (states);

  moved := CASE verb
    WHEN 'discard' THEN pylon_sync._drop_edits(chosen, 'discarded by ' || ${ACTOR})
    WHEN 'retry' THEN pylon_sync._send_again(chosen)
    WHEN 'approve' THEN pylon_sync._approve(chosen)
    ELSE CASE choice
      WHEN 'pylon' THEN pylon_sync._drop_edits(chosen, 'dropped for Pylon''s value by ' || ${ACTOR})
      ELSE pylon_sync._send_forced(chosen)
    END
  END;

  IF spec ? 'single' AND moved = 0 THEN
    RAISE EXCEPTION 'edit %: its record was deleted in Pylon, or somebody else has just changed its state', ids[1]
      USING ERRCODE = '${UNDECIDABLE.state}';
  END IF;
  RETURN moved;
END $$`;
