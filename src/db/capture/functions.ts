import type { Event } from '../../edits/states.ts';
import { movable } from '../../edits/states.ts';
import { list, WRONG_STATE, WRONG_VALUE } from './moving.ts';
import { DEFINER } from './names.ts';
import { ACTOR } from './shared.ts';

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
       RETURN pylon_sync.drop_edits(chosen, 'dropped for Pylon''s value by ' || ${ACTOR});
     END IF;
     -- What a person has seen of Pylon is what the row of a DELETE shows now.
     UPDATE pylon_sync.edits AS e SET forced = e.held, shadow = NULL
      WHERE e.id = ANY (chosen) AND e.state = 'conflict' AND e.operation = 'delete';
     UPDATE pylon_sync.edits AS e
        SET forced = e.held,
            base = (SELECT jsonb_object_agg(key, CASE
                       WHEN key = ANY (e.held) THEN coalesce(e.remote -> key, 'null')
                       WHEN key = 'custom_fields' THEN value || coalesce((
                         SELECT jsonb_object_agg(substr(name, 15), coalesce(e.remote -> name, 'null'))
                           FROM unnest(e.held) AS name WHERE name LIKE 'custom\\_fields.%'), '{}')
                       ELSE value END)
                      FROM jsonb_each(e.base))
      WHERE e.id = ANY (chosen) AND e.state = 'conflict' AND e.operation <> 'delete';
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
  ...pair('discard', 'discard', `pylon_sync.drop_edits(chosen, 'discarded by ' || ${ACTOR})`),
  ...pair('retry', 'retry', 'pylon_sync.send_again(chosen)'),
  ...pair('approve', 'approve', 'pylon_sync.let_go(chosen)'),
  ...resolve,
];

/** Functions that an editor may call, and what they are for. */
export const FOR_EDITORS: Readonly<Record<string, string>> = {
  'discard_edit(bigint)': 'Drops an edit: its row shows what Pylon holds.',
  'discard_edits(bigint[], bigint)': 'Drops edits by their ids or those of a transaction; returns how many.',
  'retry_edit(bigint)': 'Has an edit tried again that failed, is in conflict or waits.',
  'retry_edits(bigint[], bigint)': 'Has edits tried again; returns how many.',
  'resolve_edit(bigint, text)': "Decides about an edit in conflict: 'local' sends it, 'pylon' drops it.",
  'resolve_edits(bigint[], text)': 'Decides about edits in conflict, all of them alike; returns how many.',
};

/** Functions that need a grant of their own. */
export const FOR_APPROVERS: Readonly<Record<string, string>> = {
  'approve_edit(bigint)': 'Lets a draft go.',
  'approve_edits(bigint[], bigint)':
    'Lets drafts go by their ids or those of a transaction; returns how many.',
};
