import { ACTOR } from '../expressions.ts';
import { DEFINER } from '../names.ts';

/** Runs as the owner: does what is called. */
export const answer = `
CREATE OR REPLACE FUNCTION pylon_sync._call_3_answer()
RETURNS trigger
LANGUAGE plpgsql ${DEFINER}
AS $$
BEGIN
  IF NEW.spec ? 'resource' THEN
    -- Whoever makes a record may name it before there is a row to see.
    NEW.unseen := ARRAY(
      SELECT place
      FROM unnest(NEW.unseen) AS place
      WHERE NOT EXISTS (
        SELECT
        FROM pylon_sync.edits AS e
        WHERE e.record_id = NEW.record_ids[place]
          AND e.operation = 'create'
          AND e.actor = ${ACTOR}
      )
    );
    IF cardinality(NEW.unseen) > 0 THEN
      PERFORM pylon_sync._refuse_unknown(NEW.resources[min(place)], NEW.record_ids[min(place)])
      FROM unnest(NEW.unseen) AS place;
    END IF;
    NEW.result := pylon_sync._queue_action(
      NEW.call,
      NEW.spec,
      pylon_sync._with_records(NEW.spec, NEW.arguments, NEW.record_ids)
    );
    IF NEW.spec ? 'file' THEN
      INSERT INTO pylon_sync.files (edit_id, place, content)
      SELECT NEW.result, one.place, one.content
      FROM unnest(NEW.files) WITH ORDINALITY AS one(content, place);
    END IF;
  ELSE
    NEW.result := pylon_sync._decide_edits(
      NEW.spec,
      NEW.arguments,
      ARRAY(
        SELECT asked.id
        FROM unnest(NEW.ids) WITH ORDINALITY AS asked(id, place)
        WHERE NOT EXISTS (SELECT FROM unnest(NEW.unseen) AS hidden(place) WHERE hidden.place = asked.place)
      )
    );
  END IF;
  RETURN NEW;
END $$`;
