import { type Event, movable, type State } from '../../edits/states.ts';
import { UNKNOWN, WRONG_STATE, WRONG_VALUE } from './moving.ts';
import { DEFINER, literal } from './names.ts';
import { ACTOR } from './shared.ts';

/** What a person can decide about edits. */
const DECISIONS = ['discard', 'retry', 'approve', 'resolve'] as const satisfies readonly (
  | Event
  | 'resolve'
)[];

/** The specifications that the triggers of `pylon_sync.calls` use, by function. */
export const decisionSpecs = (): Readonly<Record<string, object>> =>
  Object.fromEntries(
    DECISIONS.flatMap((verb) => {
      const many = verb === 'resolve' ? 'bigint[], text' : 'bigint[], bigint';
      const one = verb === 'resolve' ? 'bigint, text' : 'bigint';
      const spec = { verb, states: statesOf(verb) };
      return [
        [`${verb}_edits`, { ...spec, signature: `pylon_sync.${verb}_edits(${many})` }],
        [`${verb}_edit`, { ...spec, signature: `pylon_sync.${verb}_edit(${one})`, single: true }],
      ];
    }),
  );

const statesOf = (verb: (typeof DECISIONS)[number]): readonly State[] =>
  verb === 'resolve' ? ['conflict'] : movable(verb);

/** Sends the fields in conflict whatever their value in Pylon is, because a person has decided so. */
const resolve = `CREATE OR REPLACE FUNCTION pylon_sync.send_forced(ids bigint[]) RETURNS integer
   LANGUAGE plpgsql ${DEFINER} AS $$
   BEGIN
     -- What a person has seen of Pylon is what the row of a DELETE shows now.
     UPDATE pylon_sync.edits AS e SET forced = e.held, shadow = NULL
      WHERE e.id = ANY (ids) AND e.state = 'conflict' AND e.operation = 'delete';
     UPDATE pylon_sync.edits AS e
        SET forced = e.held,
            base = (SELECT jsonb_object_agg(key, CASE
                       WHEN key = ANY (e.held) THEN coalesce(e.remote -> key, 'null')
                       WHEN key = 'custom_fields' THEN value || coalesce((
                         SELECT jsonb_object_agg(substr(name, 15), coalesce(e.remote -> name, 'null'))
                           FROM unnest(e.held) AS name WHERE name LIKE 'custom\\_fields.%'), '{}')
                       ELSE value END)
                      FROM jsonb_each(e.base))
      WHERE e.id = ANY (ids) AND e.state = 'conflict' AND e.operation <> 'delete';
     RETURN pylon_sync.send_again(ids);
   END $$`;

/**
 * Changes the state of those edits for which that is possible. Returns how many. For a single edit, raises an error
 * with the reason.
 */
const decide = `CREATE OR REPLACE FUNCTION pylon_sync.decide_edits(spec jsonb, arguments jsonb, ids bigint[]) RETURNS integer
   LANGUAGE plpgsql ${DEFINER} AS $$
   DECLARE
     verb text := spec ->> 'verb';
     choice text := arguments ->> 'choice';
     states text[] := ARRAY(SELECT jsonb_array_elements_text(spec -> 'states'));
     chosen bigint[];
     moved integer;
   BEGIN
     IF spec ? 'single' THEN
       IF ids = '{}' THEN
         RAISE EXCEPTION 'there is no edit %', coalesce(arguments ->> 'edit', 'NULL') USING ERRCODE = '${UNKNOWN}';
       END IF;
       PERFORM pylon_sync.refuse_unless_in(ids[1], verb, states);
     END IF;
     IF verb = 'resolve' THEN
       IF choice IS NULL OR choice NOT IN ('local', 'pylon') THEN
         RAISE EXCEPTION 'an edit is resolved with ''local'', which sends it, or ''pylon'', which drops it'
           USING ERRCODE = '${WRONG_VALUE}';
       END IF;
       PERFORM pylon_sync.lock_records(ids);
     END IF;
     SELECT coalesce(array_agg(e.id), '{}') INTO chosen FROM pylon_sync.edits AS e
      WHERE e.id = ANY (ids) AND e.state = ANY (states);
     moved := CASE verb
       WHEN 'discard' THEN pylon_sync.drop_edits(chosen, 'discarded by ' || ${ACTOR})
       WHEN 'retry' THEN pylon_sync.send_again(chosen)
       WHEN 'approve' THEN pylon_sync.let_go(chosen)
       ELSE CASE choice WHEN 'pylon' THEN pylon_sync.drop_edits(chosen, 'dropped for Pylon''s value by ' || ${ACTOR})
                        ELSE pylon_sync.send_forced(chosen) END END;
     IF spec ? 'single' AND moved = 0 THEN
       RAISE EXCEPTION 'edit %: its record was deleted in Pylon, or somebody else has just changed its state', ids[1]
         USING ERRCODE = '${WRONG_STATE}';
     END IF;
     RETURN moved;
   END $$`;

/** The functions that decide about edits, which run as the owner. */
export const decideEdits = (): readonly string[] => [resolve, decide];

/** A function for people. Its names are resolved when it is created, so that callers need no other privilege. */
function asked(
  name: string,
  parameters: string,
  returns: string,
  given: Readonly<Record<string, string>>,
): string {
  const result = returns === 'void' ? '' : '\n     RETURNING result::integer';
  return `CREATE OR REPLACE FUNCTION pylon_sync.${name}(${parameters}) RETURNS ${returns}
   LANGUAGE sql BEGIN ATOMIC
     INSERT INTO pylon_sync."calls" (call, ${Object.keys(given).join(', ')})
     VALUES (${literal(name)}, ${Object.values(given).join(', ')})${result};
   END`;
}

/** The SQL functions with which people manage edits: everything that the command line can do. */
export const personFunctions = (): readonly string[] => [
  ...DECISIONS.filter((verb) => verb !== 'resolve').flatMap((verb) => [
    asked(`${verb}_edits`, 'ids bigint[] DEFAULT NULL, txid bigint DEFAULT NULL', 'integer', {
      ids: 'ids',
      txid: 'txid',
    }),
    asked(`${verb}_edit`, 'id bigint', 'void', {
      ids: 'ARRAY[id]',
      arguments: "jsonb_build_object('edit', id)",
    }),
  ]),
  asked('resolve_edits', 'ids bigint[], choice text', 'integer', {
    ids: "coalesce(ids, '{}')",
    arguments: "jsonb_build_object('choice', choice)",
  }),
  asked('resolve_edit', 'id bigint, choice text', 'void', {
    ids: 'ARRAY[id]',
    arguments: "jsonb_build_object('edit', id, 'choice', choice)",
  }),
];

/** Functions that an editor may call, with their comments. */
export const FOR_EDITORS: Readonly<Record<string, string>> = {
  'discard_edit(bigint)': "Drops an edit: its row shows Pylon's values again.",
  'discard_edits(bigint[], bigint)': 'Drops edits by their ids or those of a transaction; returns how many.',
  'retry_edit(bigint)': 'Retries an edit that failed, is in conflict or waits.',
  'retry_edits(bigint[], bigint)': 'Retries edits; returns how many.',
  'resolve_edit(bigint, text)': "Decides about an edit in conflict: 'local' sends it, 'pylon' drops it.",
  'resolve_edits(bigint[], text)': 'Decides about edits in conflict, all of them alike; returns how many.',
};

/** Functions that need a grant of their own. */
export const FOR_APPROVERS: Readonly<Record<string, string>> = {
  'approve_edit(bigint)': 'Approves a draft, so that it is sent.',
  'approve_edits(bigint[], bigint)':
    'Approves drafts by their ids or those of a transaction; returns how many.',
};
