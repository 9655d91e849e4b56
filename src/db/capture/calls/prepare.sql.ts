import { actionSpecs } from '../actions.ts';
import { DEFINER, literal } from '../names.ts';
import { UNDECIDABLE } from '../sqlstates.ts';
import { decisionSpecs } from '../user-functions/decisions.ts';
import { MINE } from '../visible.ts';

/** SQL: what there is to call, with the specification of each function. */
const specs = () => `${literal(JSON.stringify({ ...actionSpecs(), ...decisionSpecs() }))}::jsonb`;

/**
 * Runs as the owner: looks up the function that is called, whether the daemon allows it, and the records that the call
 * is about.
 */
export const prepare = (): string => `
CREATE OR REPLACE FUNCTION pylon_sync._call_1_prepare()
RETURNS trigger
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  spec jsonb := ${specs()} -> NEW.call;
BEGIN
  IF spec IS NULL THEN
    RAISE EXCEPTION 'there is no function "%"', NEW.call
      USING ERRCODE = '42883';
  END IF;
  NEW.spec := spec;

  IF spec ? 'resource' THEN
    PERFORM pylon_sync._refuse_unless_allowed(spec ->> 'allow');
    NEW.arguments := pylon_sync._describe_files(NEW.call, spec, NEW.arguments, NEW.files);
    NEW.arguments := pylon_sync._checked_arguments(NEW.call, spec, NEW.arguments, '');

    -- An id from before Pylon gave one leads on, and so does an edit that creates the record.
    SELECT
      array_agg(named.resource ORDER BY place),
      array_agg(
        coalesce(known.id, pylon_sync._edit_gives(named.resource, named.record_id), named.record_id)
        ORDER BY place
      )
    INTO NEW.resources, NEW.record_ids
    FROM pylon_sync._records_in(spec, NEW.arguments) AS named
    LEFT JOIN pylon_sync.ids AS known ON known.provisional = named.record_id AND known.resource = named.resource;
  ELSE
    IF NEW.ids IS NULL AND NEW.txid IS NULL THEN
      RAISE EXCEPTION 'pylon_sync.% takes ids of edits, a transaction, or both', NEW.call
        USING
          ERRCODE = '${UNDECIDABLE.value}',
          HINT = format('SELECT pylon_sync.%s(ARRAY(SELECT id FROM pylon_sync.edits WHERE ...))', NEW.call);
    END IF;

    SELECT
      coalesce(array_agg(e.id), '{}'),
      array_agg(CASE WHEN ${MINE('e')} THEN '' ELSE e.resource END),
      array_agg(e.record_id)
    INTO NEW.ids, NEW.resources, NEW.record_ids
    FROM pylon_sync.edits AS e
    WHERE (NEW.ids IS NULL OR e.id = ANY (NEW.ids))
      AND (NEW.txid IS NULL OR e.txid = NEW.txid);
  END IF;
  RETURN NEW;
END $$`;
