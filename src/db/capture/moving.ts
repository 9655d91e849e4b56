import { PROVISIONAL } from '../../edits/provisional.ts';
import { movable, moves, type State, UNSETTLED } from '../../edits/states.ts';
import { DEFINER, literal } from './names.ts';

/** States in SQL. */
const list = (states: readonly State[]) => states.map(literal).join(', ');

/** SQLSTATEs of requests about an edit that are refused. */
export const UNKNOWN = 'P0002';
export const WRONG_STATE = '55000';
export const WRONG_VALUE = '22023';

/** Helpers of the functions that change the states of edits. */
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
                  WHEN 'sending' THEN 'It is being sent to Pylon, whose answer settles it.'
                  WHEN 'applied' THEN format('SELECT pylon_sync.undo(%s) queues the reverse.', edit_id)
                  WHEN 'draft' THEN format('SELECT pylon_sync.approve_edit(%s) lets it go.', edit_id)
                  ELSE 'This can be done to edits that are ' || array_to_string(states, ', ') || '.' END;
     END IF;
   END $$`,

  // Locks rows before edits, in the same order as the daemon.
  `CREATE OR REPLACE FUNCTION pylon_sync.lock_records(ids bigint[]) RETURNS void
   LANGUAGE plpgsql ${DEFINER} AS $$
   BEGIN
     PERFORM pylon_sync.locked_row(resource, record_id)
       FROM (SELECT DISTINCT e.resource, e.record_id FROM pylon_sync.edits AS e WHERE e.id = ANY (ids)
              ORDER BY 1, 2) AS records;
   END $$`,

  // Pylon's last known values of an edit's columns; custom fields that the edit does not change are taken from
  // the row.
  `CREATE OR REPLACE FUNCTION pylon_sync.columns_before(edit pylon_sync.edits, shown jsonb) RETURNS jsonb
   LANGUAGE sql STABLE ${DEFINER} AS $$
     SELECT coalesce(jsonb_object_agg(key, CASE WHEN key = 'custom_fields' THEN
              (CASE jsonb_typeof(shown -> key) WHEN 'object' THEN shown -> key ELSE '{}' END
                 - ARRAY(SELECT jsonb_object_keys(value)))
              || coalesce((SELECT jsonb_object_agg(slug, held -> slug) FROM jsonb_object_keys(value) AS slug
                            WHERE held -> slug NOT IN ('null', '""', '[]')), '{}')
              ELSE held END), '{}')
       FROM jsonb_each((edit).changes),
            LATERAL (SELECT coalesce((edit).shadow -> key, (edit).base -> key, 'null')) AS before(held) $$`,

  // A row with Pylon's last known values: without its unsettled edits and one further edit. If several edits
  // change a column, the first one has the value.
  `CREATE OR REPLACE FUNCTION pylon_sync.known_row(resource text, record_id text, shown jsonb, without bigint DEFAULT NULL)
     RETURNS jsonb
   LANGUAGE plpgsql STABLE ${DEFINER} AS $$
   DECLARE
     known jsonb := shown;
     edit pylon_sync.edits;
   BEGIN
     FOR edit IN SELECT e.* FROM pylon_sync.edits AS e
                  WHERE e.resource = known_row.resource AND e.record_id = known_row.record_id
                    AND e.operation = 'update' AND (e.state IN (${list(UNSETTLED)}) OR e.id = without)
                  ORDER BY e.id DESC LOOP
       known := known || pylon_sync.columns_before(edit, known);
     END LOOP;
     RETURN known;
   END $$`,

  // Saves Pylon's last known values with the unsettled edits of a record.
  `CREATE OR REPLACE FUNCTION pylon_sync.keep_shadows(resource text, record_id text, known jsonb) RETURNS void
   LANGUAGE sql ${DEFINER} AS $$
     UPDATE pylon_sync.edits AS e
        SET shadow = (SELECT jsonb_object_agg(key, coalesce(known -> key, 'null')) FROM jsonb_object_keys(e.changes) AS key)
      WHERE e.resource = keep_shadows.resource AND e.record_id = keep_shadows.record_id
        AND e.operation = 'update' AND e.state IN (${list(UNSETTLED)}) $$`,

  // Applies an edit that is to be sent again to its row, and then the later edits, which it must not overwrite.
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

/**
 * Removes an edit from its row: restores the values from before, or Pylon's last known ones, until the daemon fetches
 * the record.
 */
const withdraw = `CREATE OR REPLACE FUNCTION pylon_sync.withdraw_edit(edit pylon_sync.edits) RETURNS void
   LANGUAGE plpgsql ${DEFINER} AS $$
   DECLARE
     shown jsonb := pylon_sync.locked_row(edit.resource, edit.record_id);
     known jsonb;
     stood jsonb;
     mark text := pylon_sync.mark_as_daemon('on');
   BEGIN
     IF edit.operation = 'update' THEN
       -- Of a row that is being deleted, its delete knows what comes back should Pylon refuse that.
       known := pylon_sync.known_row(edit.resource, edit.record_id, coalesce(shown, (
         SELECT e.base FROM pylon_sync.edits AS e
          WHERE e.resource = edit.resource AND e.record_id = edit.record_id AND e.operation = 'delete'
            AND e.state IN (${list(UNSETTLED)}))), edit.id);
       -- Those that came after it were made of what it had made: that Pylon never held this is nobody's change.
       UPDATE pylon_sync.edits AS e
          SET base = pylon_sync.base_without(edit.resource, e.base, e.changes, edit.base, edit.changes)
        WHERE e.resource = edit.resource AND e.record_id = edit.record_id AND e.operation = 'update'
          AND e.state IN (${list(UNSETTLED)}) AND e.id > edit.id;
       SELECT jsonb_object_agg(key, known -> key) INTO stood FROM jsonb_object_keys(edit.changes) AS key;
       IF known IS NOT NULL THEN PERFORM pylon_sync.keep_shadows(edit.resource, edit.record_id, known); END IF;
       IF shown IS NOT NULL THEN
         PERFORM pylon_sync.put_columns(edit.resource, edit.record_id,
           stood || jsonb_build_object('_synced_at', clock_timestamp(), '_hash', ''));
         -- What is left of the record's edits stays shown.
         IF EXISTS (SELECT FROM pylon_sync.edits AS e
                     WHERE e.resource = edit.resource AND e.record_id = edit.record_id AND e.state IN (${list(UNSETTLED)})) THEN
           PERFORM pylon_sync.show_edits(edit.resource, edit.record_id, 0);
         END IF;
       ELSIF known IS NOT NULL THEN
         UPDATE pylon_sync.edits AS e SET base = e.base || stood
          WHERE e.resource = edit.resource AND e.record_id = edit.record_id AND e.operation = 'delete'
            AND e.state IN (${list(UNSETTLED)});
       END IF;
     END IF;
     IF edit.operation = 'delete' THEN
       PERFORM pylon_sync.put_row(edit.resource, edit.base || '{"_hash": ""}');
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
         UPDATE pylon_sync.edits AS e
            SET state = '${moves('discard').to}', settled_at = clock_timestamp(), answer = NULL,
                error = why || CASE WHEN e.answer IS NULL THEN ''
                                    ELSE ', although Pylon had answered' || coalesce(' ' || e.http_status, '') END
           FROM stood WHERE e.id = stood.id RETURNING e.id, e AS edit, stood.state)
       SELECT * FROM dropped ORDER BY dropped.id DESC LOOP
       total := total + 1;
       -- Of any other the row shows Pylon's value already.
       IF found.state IN (${list(UNSETTLED)}) THEN PERFORM pylon_sync.withdraw_edit(found.edit); END IF;
     END LOOP;
     PERFORM pg_notify('pylon_sync_edits', '');
     RETURN total;
   END $$`;

/** Deletes the row again for a DELETE that is to be sent after all. Returns whether there was a row. */
const takeAway = `CREATE OR REPLACE FUNCTION pylon_sync.take_away(edit pylon_sync.edits) RETURNS boolean
   LANGUAGE plpgsql ${DEFINER} AS $$
   DECLARE
     stood jsonb;
     mark text := pylon_sync.mark_as_daemon('on');
   BEGIN
     EXECUTE format('DELETE FROM pylon.%I AS held WHERE id = $1 AND _deleted_at IS NULL RETURNING to_jsonb(held)', edit.resource)
       INTO stood USING edit.record_id;
     PERFORM pylon_sync.mark_as_daemon(mark);
     UPDATE pylon_sync.edits AS e SET base = stood WHERE e.id = edit.id AND stood IS NOT NULL;
     RETURN stood IS NOT NULL;
   END $$`;

const again = `CREATE OR REPLACE FUNCTION pylon_sync.send_again(ids bigint[]) RETURNS integer
   LANGUAGE plpgsql ${DEFINER} AS $$
   DECLARE
     edit pylon_sync.edits;
     known jsonb;
     total integer := 0;
   BEGIN
     PERFORM pylon_sync.lock_records(ids);
     FOR edit IN SELECT e.* FROM pylon_sync.edits AS e
                  WHERE e.id = ANY (ids) AND e.state IN (${list(movable('retry'))}) ORDER BY e.id FOR UPDATE LOOP
       known := NULL;
       IF edit.operation = 'update' THEN
         known := pylon_sync.known_row(edit.resource, edit.record_id, pylon_sync.locked_row(edit.resource, edit.record_id));
         CONTINUE WHEN known IS NULL;
       END IF;
       IF edit.operation = 'delete' AND edit.state <> '${moves('retry').to}' THEN
         CONTINUE WHEN NOT pylon_sync.take_away(edit);
       END IF;
       -- One that waits only waits no longer: what of it may be on its way to Pylon stays known.
       UPDATE pylon_sync.edits AS e SET next_attempt_at = clock_timestamp(), waiting_since = clock_timestamp() WHERE e.id = edit.id;
       UPDATE pylon_sync.edits AS e
          SET state = '${moves('retry').to}', attempts = 0, in_doubt = false, settled_at = NULL, held = NULL, error = NULL,
              http_status = NULL, request_id = NULL, sent = NULL, sent_at = NULL, answer = NULL
        WHERE e.id = edit.id AND e.state <> '${moves('retry').to}';
       -- Of one that waits, the row shows it.
       IF edit.operation = 'update' AND edit.state <> '${moves('retry').to}' THEN
         PERFORM pylon_sync.keep_shadows(edit.resource, edit.record_id, known);
         PERFORM pylon_sync.show_edits(edit.resource, edit.record_id, edit.id);
       END IF;
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
     UPDATE pylon_sync.edits AS e SET state = '${moves('approve').to}', next_attempt_at = clock_timestamp(), waiting_since = clock_timestamp()
      WHERE e.id = ANY (ids) AND e.state IN (${list(movable('approve'))});
     GET DIAGNOSTICS total = ROW_COUNT;
     PERFORM pg_notify('pylon_sync_edits', '');
     RETURN total;
   END $$`;

/** The functions that change the states of edits and update their rows. The functions for people call these. */
export const movingFunctions = (): readonly string[] => [...shared, withdraw, drop, takeAway, again, letGo];
