import { FILES } from '../../../resources/actions.ts';
import { ACTOR } from '../expressions.ts';
import { DEFINER } from '../names.ts';
import { UNDECIDABLE } from '../sqlstates.ts';

/**
 * What an edit gives whose number stands for it, as `edit:17`: the id of the record that it creates, which is a provisional
 * one until it is applied, or the address of the file that it uploads. Null for any other text. Refuses edits of other people, and those that create no such record.
 */
export const editGives = `
CREATE OR REPLACE FUNCTION pylon_sync._edit_gives(target text, named text)
RETURNS text
LANGUAGE plpgsql STABLE ${DEFINER}
AS $$
DECLARE
  made pylon_sync.edits;
BEGIN
  IF named !~ '^edit:[0-9]{1,18}$' THEN
    RETURN NULL;
  END IF;

  SELECT e.*
  INTO made
  FROM pylon_sync.edits AS e
  WHERE e.id = substr(named, 6)::bigint
    AND e.actor = ${ACTOR};

  IF made.id IS NULL THEN
    RAISE EXCEPTION 'you have made no edit %', substr(named, 6)
      USING ERRCODE = '${UNDECIDABLE.unknown}';
  END IF;
  IF target = '${FILES}' THEN
    IF made.changes ->> 'action' IS DISTINCT FROM 'upload_attachment' THEN
      RAISE EXCEPTION 'edit % uploads no attachment', made.id
        USING ERRCODE = '${UNDECIDABLE.value}';
    END IF;
  ELSIF made.operation <> 'create' OR made.resource <> target OR made.changes ->> 'action' = 'upload_attachment' THEN
    RAISE EXCEPTION 'edit % creates no row of pylon.%', made.id, target
      USING ERRCODE = '${UNDECIDABLE.value}';
  END IF;
  IF made.state = 'discarded' THEN
    RAISE EXCEPTION 'edit % was discarded', made.id
      USING ERRCODE = '${UNDECIDABLE.state}';
  END IF;
  RETURN CASE WHEN target = '${FILES}' AND made.state = 'applied' THEN made.remote ->> 'url' ELSE made.record_id END;
END $$`;
