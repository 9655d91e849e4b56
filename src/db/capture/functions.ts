import { movable } from '../../edits/movable.ts';
import { PROVISIONAL } from '../../edits/provisional.ts';
import { type Event, moves, type State, UNSETTLED } from '../../edits/states.ts';
import { DEFINER, literal } from './names.ts';

const list = (states: readonly State[]) => states.map(literal).join(', ');

/** SQLSTATEs of what people ask of an edit and cannot have. */
const UNKNOWN = 'P0002';
const WRONG_STATE = '55000';
const WRONG_VALUE = '22023';

/** The edits that a function is given: by their ids, those of one transaction, or both. */
const GIVEN = (name: string) => `
     IF ${name}.ids IS NULL AND ${name}.txid IS NULL THEN
       RAISE EXCEPTION 'pylon_sync.${name} takes ids of edits, a transaction, or both' USING ERRCODE = '${WRONG_VALUE}',
         HINT = 'SELECT pylon_sync.${name}(ARRAY(SELECT id FROM pylon_sync.edits WHERE …))';
     END IF;`;

const notMoved = (verb: string) => `
       RAISE EXCEPTION 'edit %: its record is gone from Pylon, or somebody else has just moved it', ${verb}_edit.id
         USING ERRCODE = '${WRONG_STATE}';`;

/** One of the functions for many edits, and the one for a single edit, which says why it cannot be. */
function pair(verb: string, event: Event, work: string): readonly string[] {
  const many = `${verb}_edits`;
  return [
    `CREATE OR REPLACE FUNCTION pylon_sync.${many}(ids bigint[] DEFAULT NULL, txid bigint DEFAULT NULL) RETURNS integer
   LANGUAGE plpgsql ${DEFINER} AS $$
   DECLARE
     chosen bigint[];
   BEGIN${GIVEN(many)}
     SELECT coalesce(array_agg(e.id), '{}') INTO chosen FROM pylon_sync.edits AS e
      WHERE (${many}.ids IS NULL OR e.id = ANY (${many}.ids)) AND (${many}.txid IS NULL OR e.txid = ${many}.txid)
        AND e.state IN (${list(movable(event))});
     RETURN ${work};
   END $$`,
    `CREATE OR REPLACE FUNCTION pylon_sync.${verb}_edit(id bigint) RETURNS void
   LANGUAGE plpgsql ${DEFINER} AS $$
   BEGIN
     PERFORM pylon_sync.refuse_unless_in(${verb}_edit.id, '${verb}', ARRAY[${list(movable(event))}]);
     IF pylon_sync.${many}(ARRAY[${verb}_edit.id]) = 0 THEN ${notMoved(verb)} END IF;
   END $$`,
  ];
}

/** What all of them share. */
const shared: readonly string[] = [
  `CREATE OR REPLACE FUNCTION pylon_sync.refuse_unless_in(edit_id bigint, verb text, states text[]) RETURNS void
   LANGUAGE plpgsql ${DEFINER} AS $$
   DECLARE
     edit pylon_sync.edits;
   BEGIN
     SELECT e.* INTO edit FROM pylon_sync.edits AS e WHERE e.id = edit_id;
     IF NOT FOUND THEN
       RAISE EXCEPTION 'there is no edit %', coalesce(edit_id::text, 'NULL') USING ERRCODE = '${UNKNOWN}';
     END IF;
     IF edit.state <> ALL (states) THEN
       RAISE EXCEPTION 'edit % is %: there is nothing to %', edit_id, edit.state, verb USING ERRCODE = '${WRONG_STATE}',
         HINT = CASE edit.state
                  WHEN 'sending' THEN 'It is on its way to Pylon, whose answer settles it.'
                  WHEN 'applied' THEN format('SELECT pylon_sync.undo(%s) queues the reverse.', edit_id)
                  WHEN 'draft' THEN format('SELECT pylon_sync.approve_edit(%s) lets it go.', edit_id)
                  ELSE 'This can be done to edits that are ' || array_to_string(states, ', ') || '.' END;
     END IF;
   END $$`,

  // Rows before edits, in one order: as the daemon locks them.
  `CREATE OR REPLACE FUNCTION pylon_sync.lock_records(ids bigint[]) RETURNS void
   LANGUAGE plpgsql ${DEFINER} AS $$
   BEGIN
     PERFORM pylon_sync.locked_row(resource, record_id)
       FROM (SELECT DISTINCT e.resource, e.record_id FROM pylon_sync.edits AS e WHERE e.id = ANY (ids)
              ORDER BY 1, 2) AS records;
   END $$`,

  // A record's row with an edit that is to be sent again, and those after it, which it must not cover.
  `CREATE OR REPLACE FUNCTION pylon_sync.show_edits(resource text, record_id text, first_id bigint) RETURNS boolean
   LANGUAGE plpgsql ${DEFINER} AS $$
   DECLARE
     shown jsonb := pylon_sync.locked_row(resource, record_id);
     after jsonb := '{}';
     edit pylon_sync.edits;
     mark text;
   BEGIN
     IF shown IS NULL THEN RETURN false; END IF;
     FOR edit IN SELECT e.* FROM pylon_sync.edits AS e
                  WHERE e.resource = show_edits.resource AND e.record_id = show_edits.record_id
                    AND e.operation = 'update' AND e.id >= first_id AND e.state IN (${list(UNSETTLED)})
                  ORDER BY e.id LOOP
       after := after || pylon_sync.changed_columns(resource, edit.base, edit.changes, shown || after);
     END LOOP;
     mark := pylon_sync.mark_as_daemon('on');
     PERFORM pylon_sync.put_columns(resource, record_id, after || jsonb_build_object('_synced_at', clock_timestamp()));
     PERFORM pylon_sync.mark_as_daemon(mark);
     RETURN true;
   END $$`,
];

/** A row without an edit: as it stood, or as Pylon was last seen to hold it, until the daemon has asked. */
const withdraw = `CREATE OR REPLACE FUNCTION pylon_sync.withdraw_edit(edit pylon_sync.edits) RETURNS void
   LANGUAGE plpgsql ${DEFINER} AS $$
   DECLARE
     shown jsonb := pylon_sync.locked_row(edit.resource, edit.record_id);
     stood jsonb := edit.base;
     mark text := pylon_sync.mark_as_daemon('on');
   BEGIN
     IF edit.operation = 'update' AND shown IS NOT NULL THEN
       IF edit.shadow IS NOT NULL THEN
         SELECT jsonb_object_agg(key, CASE WHEN key = 'custom_fields'
                  THEN (SELECT jsonb_object_agg(slug, coalesce(edit.shadow -> key -> slug, 'null')) FROM jsonb_object_keys(value) AS slug)
                  ELSE coalesce(edit.shadow -> key, 'null') END)
           INTO stood FROM jsonb_each(edit.changes);
       END IF;
       IF NOT EXISTS (SELECT FROM pylon_sync.edits AS e
                       WHERE e.resource = edit.resource AND e.record_id = edit.record_id AND e.state IN (${list(UNSETTLED)})) THEN
         PERFORM pylon_sync.put_columns(edit.resource, edit.record_id,
           pylon_sync.changed_columns(edit.resource, edit.changes, stood, shown)
             || jsonb_build_object('_synced_at', clock_timestamp(), '_hash', ''));
       ELSE
         PERFORM pylon_sync.put_columns(edit.resource, edit.record_id, '{"_hash": ""}');
       END IF;
     END IF;
     IF edit.operation = 'delete' THEN
       EXECUTE format('INSERT INTO pylon.%1$I SELECT held.* FROM jsonb_populate_record(NULL::pylon.%1$I, $1) AS held
                           ON CONFLICT (id) DO NOTHING', edit.resource) USING edit.base || '{"_hash": ""}';
     ELSIF edit.operation = 'create' THEN
       EXECUTE format('DELETE FROM pylon.%I WHERE id = $1', edit.resource) USING edit.record_id;
     END IF;
     PERFORM pylon_sync.mark_as_daemon(mark);
     -- Of what was never created, there is nothing to read.
     IF edit.operation <> 'create' AND edit.record_id NOT LIKE '${PROVISIONAL}%' THEN
       PERFORM pylon_sync.read_again(edit.resource, edit.record_id, coalesce(shown, edit.base));
     END IF;
   END $$`;

const drop = `CREATE OR REPLACE FUNCTION pylon_sync.drop_edits(ids bigint[], why text) RETURNS integer
   LANGUAGE plpgsql ${DEFINER} AS $$
   DECLARE
     found record;
     total integer := 0;
   BEGIN
     PERFORM pylon_sync.lock_records(ids);
     FOR found IN
       WITH stood AS (
         SELECT e.id, e.state FROM pylon_sync.edits AS e
          WHERE e.id = ANY (ids) AND e.state IN (${list(movable('discard'))}) ORDER BY e.id FOR UPDATE),
       dropped AS (
         UPDATE pylon_sync.edits AS e SET state = '${moves('discard').to}', settled_at = clock_timestamp(), error = why
           FROM stood WHERE e.id = stood.id RETURNING e.id, e AS edit, stood.state)
       SELECT * FROM dropped ORDER BY dropped.id DESC LOOP
       total := total + 1;
       -- Of any other the row shows Pylon's value already.
       IF found.state IN (${list(UNSETTLED)}) THEN PERFORM pylon_sync.withdraw_edit(found.edit); END IF;
     END LOOP;
     PERFORM pg_notify('pylon_sync_edits', '');
     RETURN total;
   END $$`;

const again = `CREATE OR REPLACE FUNCTION pylon_sync.send_again(ids bigint[]) RETURNS integer
   LANGUAGE plpgsql ${DEFINER} AS $$
   DECLARE
     edit pylon_sync.edits;
     total integer := 0;
   BEGIN
     PERFORM pylon_sync.lock_records(ids);
     FOR edit IN SELECT e.* FROM pylon_sync.edits AS e
                  WHERE e.id = ANY (ids) AND e.state IN (${list(movable('retry'))}) ORDER BY e.id FOR UPDATE LOOP
       CONTINUE WHEN edit.operation = 'update' AND pylon_sync.locked_row(edit.resource, edit.record_id) IS NULL;
       UPDATE pylon_sync.edits AS e
          SET state = '${moves('retry').to}', attempts = 0, next_attempt_at = clock_timestamp(), settled_at = NULL,
              held = NULL, error = NULL, http_status = NULL, request_id = NULL,
              -- Of one that was settled, nothing is on its way any more.
              sent_at = CASE WHEN e.state = 'pending' THEN e.sent_at END
        WHERE e.id = edit.id;
       IF edit.operation = 'update' THEN PERFORM pylon_sync.show_edits(edit.resource, edit.record_id, edit.id); END IF;
       total := total + 1;
     END LOOP;
     PERFORM pg_notify('pylon_sync_edits', '');
     RETURN total;
   END $$`;

const letGo = `CREATE OR REPLACE FUNCTION pylon_sync.let_go(ids bigint[]) RETURNS integer
   LANGUAGE plpgsql ${DEFINER} AS $$
   DECLARE
     total integer;
   BEGIN
     UPDATE pylon_sync.edits AS e SET state = '${moves('approve').to}', next_attempt_at = clock_timestamp()
      WHERE e.id = ANY (ids) AND e.state IN (${list(movable('approve'))});
     GET DIAGNOSTICS total = ROW_COUNT;
     PERFORM pg_notify('pylon_sync_edits', '');
     RETURN total;
   END $$`;

/** Held fields go to Pylon whatever it holds now: a person has seen what that is. */
const resolve = [
  `CREATE OR REPLACE FUNCTION pylon_sync.resolve_edits(ids bigint[], choice text) RETURNS integer
   LANGUAGE plpgsql ${DEFINER} AS $$
   DECLARE
     chosen bigint[];
   BEGIN
     IF choice IS NULL OR choice NOT IN ('local', 'pylon') THEN
       RAISE EXCEPTION 'an edit is resolved with ''local'', which sends it, or ''pylon'', which drops it'
         USING ERRCODE = '${WRONG_VALUE}';
     END IF;
     PERFORM pylon_sync.lock_records(ids);
     SELECT coalesce(array_agg(e.id), '{}') INTO chosen FROM pylon_sync.edits AS e
      WHERE e.id = ANY (resolve_edits.ids) AND e.state = 'conflict';
     IF choice = 'pylon' THEN
       RETURN pylon_sync.drop_edits(chosen, 'dropped for Pylon''s value by ' || session_user);
     END IF;
     UPDATE pylon_sync.edits AS e
        SET forced = e.held,
            base = (SELECT jsonb_object_agg(key, CASE
                       WHEN key = ANY (e.held) THEN coalesce(e.remote -> key, 'null')
                       WHEN key = 'custom_fields' THEN value || coalesce((
                         SELECT jsonb_object_agg(substr(name, 15), coalesce(e.remote -> name, 'null'))
                           FROM unnest(e.held) AS name WHERE name LIKE 'custom\\_fields.%'), '{}')
                       ELSE value END)
                      FROM jsonb_each(e.base))
      WHERE e.id = ANY (chosen) AND e.state = 'conflict';
     RETURN pylon_sync.send_again(chosen);
   END $$`,
  `CREATE OR REPLACE FUNCTION pylon_sync.resolve_edit(id bigint, choice text) RETURNS void
   LANGUAGE plpgsql ${DEFINER} AS $$
   BEGIN
     PERFORM pylon_sync.refuse_unless_in(resolve_edit.id, 'resolve', ARRAY['conflict']);
     IF pylon_sync.resolve_edits(ARRAY[resolve_edit.id], choice) = 0 THEN ${notMoved('resolve')} END IF;
   END $$`,
];

/** What people do to edits, in SQL: everything that the command line does. */
export const personFunctions = (): readonly string[] => [
  ...shared,
  withdraw,
  drop,
  again,
  letGo,
  ...pair('discard', 'discard', `pylon_sync.drop_edits(chosen, 'discarded by ' || session_user)`),
  ...pair('retry', 'retry', 'pylon_sync.send_again(chosen)'),
  ...pair('approve', 'approve', 'pylon_sync.let_go(chosen)'),
  ...resolve,
];

/** Functions that an editor may call, and those that need a grant of their own. */
export const FOR_EDITORS = [
  ...['discard', 'retry'].flatMap((verb) => [`${verb}_edit(bigint)`, `${verb}_edits(bigint[], bigint)`]),
  'resolve_edit(bigint, text)',
  'resolve_edits(bigint[], text)',
];
export const FOR_APPROVERS = ['approve_edit(bigint)', 'approve_edits(bigint[], bigint)'];
