import { PROVISIONAL } from '../../edits/provisional.ts';
import type { State } from '../../edits/states.ts';
import { FIXED } from './names.ts';
import { ACTOR } from './shared.ts';

/** These functions run as their caller. */
const INVOKER = FIXED;

/** States that change without a person. */
const MOVING = (['pending', 'sending'] as const satisfies readonly State[])
  .map((state) => `'${state}'`)
  .join(', ');

/** States of edits that were not applied, and how many of these get a warning each. */
const UNDONE = (['failed', 'conflict', 'discarded'] as const satisfies readonly State[])
  .map((state) => `'${state}'`)
  .join(', ');
const TOLD = 10;

/** Functions that do only what the caller may do. */
export const callerFunctions = (): readonly string[] => [
  // Waits for edits, and tells which they are: the caller's that will move without a person, or those of a transaction.
  `CREATE OR REPLACE FUNCTION pylon_sync.awaited_edits(timeout interval, txid bigint) RETURNS bigint[]
   LANGUAGE plpgsql ${INVOKER} AS $$
   DECLARE
     mine bigint := pg_current_xact_id_if_assigned()::text::bigint;
     until timestamptz := clock_timestamp() + timeout;
     pause double precision := 0.01;
     chosen bigint[];
   BEGIN
     IF timeout IS NULL THEN
       RAISE EXCEPTION 'pylon_sync.wait_for_edits needs the time to wait, which must not be NULL' USING ERRCODE = '22004';
     END IF;
     IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
       RAISE EXCEPTION 'a transaction that is % does not see what the daemon does meanwhile', current_setting('transaction_isolation')
         USING ERRCODE = '25001', HINT = 'Call pylon_sync.wait_for_edits() in a transaction that is READ COMMITTED.';
     END IF;
     IF EXISTS (SELECT FROM pylon_sync.edits AS e WHERE e.txid = mine) THEN
       RAISE EXCEPTION 'edits of this transaction are sent after it commits: it cannot wait for them'
         USING ERRCODE = '25001', HINT = 'COMMIT, then call pylon_sync.wait_for_edits().';
     END IF;
     LOOP
       EXIT WHEN awaited_edits.txid IS NULL OR pg_xact_status(awaited_edits.txid::text::xid8) IS DISTINCT FROM 'in progress'
         OR clock_timestamp() >= until;
       PERFORM pg_sleep(0.05);
     END LOOP;
     SELECT coalesce(array_agg(e.id), '{}') INTO chosen FROM pylon_sync.edits AS e
      WHERE CASE WHEN awaited_edits.txid IS NULL THEN e.actor = ${ACTOR} AND e.state IN ('draft', ${MOVING})
                 ELSE e.txid = awaited_edits.txid END;
     WHILE clock_timestamp() < until
       AND EXISTS (SELECT FROM pylon_sync.edits AS e WHERE e.id = ANY (chosen) AND e.state IN (${MOVING})) LOOP
       PERFORM pg_sleep(least(pause, greatest(0.001, extract(epoch FROM until - clock_timestamp()))));
       pause := least(0.25, pause * 1.5);
     END LOOP;
     RETURN chosen;
   END $$`,

  `CREATE OR REPLACE FUNCTION pylon_sync.wait_for_edits(timeout interval DEFAULT '1 minute', txid bigint DEFAULT NULL)
   RETURNS TABLE (state text, edits bigint)
   LANGUAGE plpgsql ${INVOKER} AS $$
   DECLARE
     chosen bigint[] := pylon_sync.awaited_edits(timeout, txid);
     edit pylon_sync.edits;
     others bigint;
   BEGIN
     FOR edit IN SELECT e.* FROM pylon_sync.edits AS e
                  WHERE e.id = ANY (chosen) AND e.state IN (${UNDONE}) ORDER BY e.id LIMIT ${TOLD} LOOP
       RAISE WARNING 'edit % of % % is %: %', edit.id, edit.resource, edit.record_id, edit.state,
         coalesce(edit.error, 'Pylon holds something else in ' || array_to_string(edit.held, ', '), 'no reason is known');
     END LOOP;
     SELECT count(*) - ${TOLD} INTO others FROM pylon_sync.edits AS e WHERE e.id = ANY (chosen) AND e.state IN (${UNDONE});
     IF others > 0 THEN
       RAISE WARNING '% more did not go through', others USING HINT = 'The table pylon_sync.edits has all of them, with their reasons.';
     END IF;
     RETURN QUERY SELECT e.state, count(*) FROM pylon_sync.edits AS e WHERE e.id = ANY (chosen) GROUP BY 1 ORDER BY 1;
   END $$`,

  `CREATE OR REPLACE FUNCTION pylon_sync.edit_results(timeout interval DEFAULT '1 minute', txid bigint DEFAULT NULL)
   RETURNS TABLE (edit bigint, resource text, record_id text, state text, error text, remote jsonb)
   LANGUAGE plpgsql ${INVOKER} AS $$
   DECLARE
     chosen bigint[] := pylon_sync.awaited_edits(timeout, txid);
   BEGIN
     RETURN QUERY SELECT e.id, e.resource, e.record_id, e.state, e.error, e.remote
                    FROM pylon_sync.edits AS e WHERE e.id = ANY (chosen) ORDER BY e.id;
   END $$`,

  `CREATE OR REPLACE FUNCTION pylon_sync.real_id(id text) RETURNS text
   LANGUAGE sql STABLE ${INVOKER} AS $$
     SELECT coalesce((SELECT known.id FROM pylon_sync.ids AS known WHERE known.provisional = real_id.id),
                     CASE WHEN real_id.id NOT LIKE '${PROVISIONAL}%' THEN real_id.id END) $$`,

  `CREATE OR REPLACE FUNCTION pylon_sync.undo(edit_id bigint) RETURNS bigint
   LANGUAGE plpgsql ${INVOKER} AS $$
   DECLARE
     edit pylon_sync.edits;
     row_now jsonb;
     after jsonb;
     done jsonb;
     moved text;
     queued bigint;
   BEGIN
     SELECT e.* INTO edit FROM pylon_sync.edits AS e WHERE e.id = edit_id;
     IF NOT FOUND THEN
       RAISE EXCEPTION 'there is no edit %', coalesce(edit_id::text, 'NULL') USING ERRCODE = 'P0002';
     END IF;
     IF edit.operation <> 'update' THEN
       RAISE EXCEPTION 'edit % cannot be undone: %', edit_id, CASE edit.operation
         WHEN 'create' THEN 'it created a record, which only a DELETE removes'
         WHEN 'delete' THEN 'a record deleted in Pylon cannot be restored'
         ELSE 'what it did in Pylon cannot be reversed' END USING ERRCODE = '0A000';
     END IF;
     IF edit.state <> 'applied' THEN
       RAISE EXCEPTION 'edit % cannot be undone: it is %', edit_id, edit.state USING ERRCODE = '55000',
         HINT = CASE WHEN edit.state IN ('discarded', 'failed') THEN 'It has no effect in Pylon.'
                     WHEN edit.state = 'sending' THEN 'It is being sent to Pylon.'
                     ELSE format('SELECT pylon_sync.discard_edit(%s) drops it.', edit_id) END;
     END IF;
     EXECUTE format('SELECT to_jsonb(r) FROM pylon.%I AS r WHERE id = $1 AND _deleted_at IS NULL', edit.resource)
       INTO row_now USING edit.record_id;
     IF row_now IS NULL THEN
       RAISE EXCEPTION 'edit % cannot be undone: % % is gone from Pylon', edit_id, edit.resource, edit.record_id
         USING ERRCODE = '55000';
     END IF;
     after := pylon_sync.changed_columns(edit.resource, edit.changes, edit.base, row_now);
     -- This overwrites later values. They stay known as the base of the edit that is made here.
     done := pylon_sync.as_columns(edit.resource,
       pylon_sync.changed_columns(edit.resource, edit.base, edit.changes, row_now));
     SELECT string_agg(key, ', ' ORDER BY key) INTO moved FROM jsonb_object_keys(after) AS key
      WHERE done -> key IS DISTINCT FROM row_now -> key;
     IF moved IS NOT NULL THEN
       RAISE NOTICE 'edit % was not the last to change %', edit_id, moved;
     END IF;
     PERFORM pylon_sync.put_columns(edit.resource, edit.record_id, after);
     SELECT max(e.id) INTO queued FROM pylon_sync.edits AS e
      WHERE e.txid = pg_current_xact_id()::text::bigint AND e.resource = edit.resource
        AND e.record_id = edit.record_id AND e.id > edit_id;
     IF queued IS NULL THEN
       RAISE EXCEPTION 'edit % cannot be undone: its record has the earlier values already', edit_id USING ERRCODE = '55000';
     END IF;
     RETURN queued;
   END $$`,
];

/** Those of the functions that are for people, with their comments. */
export const FOR_CALLERS: Readonly<Record<string, string>> = {
  'wait_for_edits(interval, bigint)':
    'Waits until your edits, or those of a transaction, are settled; counts them by state, and warns of the first ten that did not go through.',
  'edit_results(interval, bigint)':
    'Waits until your edits, or those of a transaction, are settled; one row each, with what became of it.',
  'real_id(text)':
    'The id that Pylon gave to what was inserted here under a provisional one; null until it has.',
  'undo(bigint)': 'Queues the reverse of an edit that was applied; returns its number.',
};

/** What these are made of. */
export const FOR_WAITING = ['awaited_edits(interval, bigint)'];
