import { actionSpecs, queueAction } from './actions.ts';
import { decideEdits, decisionSpecs } from './functions.ts';
import { DEFINER, FIXED, literal } from './names.ts';
import { REFUSED } from './shared.ts';
import { MINE, NOTE_UNSEEN } from './visible.ts';

/**
 * The view through which functions for people work: each inserts a row and reads its result. A function that runs as
 * its owner cannot tell what its caller can see, and one that runs as its caller cannot queue edits. Triggers of a
 * view can do both, one after the other, and nobody can bypass them.
 */
const view = `CREATE OR REPLACE VIEW pylon_sync."calls" AS
  SELECT NULL::text AS call, NULL::jsonb AS arguments, NULL::bigint[] AS ids, NULL::bigint AS txid,
         NULL::jsonb AS spec, NULL::text[] AS resources, NULL::text[] AS record_ids, NULL::bigint[] AS unseen,
         NULL::bigint AS result
   WHERE false`;

/** The columns that the caller gives; the triggers set the others. */
const GIVEN = 'call, arguments, ids, txid';

const specs = `'${JSON.stringify({ ...actionSpecs(), ...decisionSpecs() }).replaceAll("'", "''")}'::jsonb`;

/** Runs as the owner: looks up what is called, whether the daemon allows it, and which records it concerns. */
const prepare = `CREATE OR REPLACE FUNCTION pylon_sync.call_1_prepare() RETURNS trigger
   LANGUAGE plpgsql ${DEFINER} AS $$
   DECLARE
     spec jsonb := ${specs} -> NEW.call;
   BEGIN
     IF spec IS NULL THEN
       RAISE EXCEPTION 'there is no function "%"', NEW.call USING ERRCODE = '42883';
     END IF;
     NEW.spec := spec;
     IF spec ? 'resource' THEN
       PERFORM pylon_sync.refuse_unless_allowed(spec ->> 'allow');
       NEW.arguments := pylon_sync.checked_arguments(NEW.call, spec, NEW.arguments);
       SELECT array_agg(named.resource ORDER BY place), array_agg(named.record_id ORDER BY place)
         INTO NEW.resources, NEW.record_ids
         FROM (SELECT spec ->> 'resource', NEW.arguments ->> (spec ->> 'record'), 0
                UNION ALL
               SELECT p.value ->> 'of', one.id, p.place
                 FROM jsonb_array_elements(spec -> 'parameters') WITH ORDINALITY AS p(value, place),
                      jsonb_array_elements_text(CASE jsonb_typeof(NEW.arguments -> (p.value ->> 'name'))
                        WHEN 'array' THEN NEW.arguments -> (p.value ->> 'name')
                        WHEN 'string' THEN jsonb_build_array(NEW.arguments -> (p.value ->> 'name'))
                        ELSE '[]' END) AS one(id)
                WHERE p.value ? 'of') AS named(resource, record_id, place);
     ELSE
       IF NEW.ids IS NULL AND NEW.txid IS NULL THEN
         RAISE EXCEPTION 'pylon_sync.% takes ids of edits, a transaction, or both', NEW.call USING ERRCODE = '22023',
           HINT = format('SELECT pylon_sync.%s(ARRAY(SELECT id FROM pylon_sync.edits WHERE …))', NEW.call);
       END IF;
       SELECT coalesce(array_agg(e.id), '{}'), array_agg(CASE WHEN ${MINE('e')} THEN '' ELSE e.resource END), array_agg(e.record_id)
         INTO NEW.ids, NEW.resources, NEW.record_ids
         FROM pylon_sync.edits AS e
        WHERE (NEW.ids IS NULL OR e.id = ANY (NEW.ids)) AND (NEW.txid IS NULL OR e.txid = NEW.txid);
     END IF;
     RETURN NEW;
   END $$`;

/** Runs as the caller: checks its privilege, and notes which of the records it cannot see. */
const look = `CREATE OR REPLACE FUNCTION pylon_sync.call_2_look() RETURNS trigger
   LANGUAGE plpgsql ${FIXED} AS $$
   DECLARE
     guarded record;
     places bigint[];
   BEGIN
     IF NOT has_function_privilege(NEW.spec ->> 'signature', 'EXECUTE') THEN
       RAISE EXCEPTION 'permission denied for function %', NEW.spec ->> 'signature' USING ERRCODE = '${REFUSED.notAllowed}';
     END IF;${NOTE_UNSEEN}
     RETURN NEW;
   END $$`;

/** Runs as the owner: does what is asked. */
const answer = `CREATE OR REPLACE FUNCTION pylon_sync.call_3_answer() RETURNS trigger
   LANGUAGE plpgsql ${DEFINER} AS $$
   BEGIN
     IF NEW.spec ? 'resource' THEN
       IF cardinality(NEW.unseen) > 0 THEN
         PERFORM pylon_sync.refuse_unknown(NEW.resources[min(place)], NEW.record_ids[min(place)]) FROM unnest(NEW.unseen) AS place;
       END IF;
       NEW.result := pylon_sync.queue_action(NEW.call, NEW.spec, NEW.arguments);
     ELSE
       NEW.result := pylon_sync.decide_edits(NEW.spec, NEW.arguments, ARRAY(
         SELECT asked.id FROM unnest(NEW.ids) WITH ORDINALITY AS asked(id, place)
          WHERE NOT EXISTS (SELECT FROM unnest(NEW.unseen) AS kept(place) WHERE kept.place = asked.place)));
     END IF;
     RETURN NEW;
   END $$`;

/**
 * The view, its triggers and its grants. Everybody may insert: the second trigger checks the privilege on the
 * function.
 */
export const calls = (): readonly string[] => [
  view,
  ...queueAction(),
  ...decideEdits(),
  ...[prepare, look, answer],
  ...['call_1_prepare', 'call_2_look', 'call_3_answer'].map(
    (name) => `CREATE OR REPLACE TRIGGER "pylon_sync_${name}" INSTEAD OF INSERT ON pylon_sync."calls"
       FOR EACH ROW EXECUTE FUNCTION pylon_sync.${name}()`,
  ),
  `GRANT INSERT (${GIVEN}), SELECT (result) ON pylon_sync."calls" TO PUBLIC`,
  `COMMENT ON VIEW pylon_sync."calls" IS ${literal('What the functions for people ask; it holds nothing.')}`,
];
