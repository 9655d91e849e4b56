import { movable } from '../../../edits/states.ts';
import { literal } from '../names.ts';
import { UNDECIDABLE } from '../sqlstates.ts';

/** The procedure's signature. */
export const DECIDE_IN_PARTS = 'decide_in_parts(text, bigint[], bigint)';

/** Edits of one transaction: their rows are locked for well below a second. */
const PART = 1_000;

/** The function for each decision, its further argument, and the states of the edits that it takes. */
const DECISIONS = [
  ['approve', 'approve_edits', '', movable('approve')],
  ['discard', 'discard_edits', '', movable('discard')],
  ['retry', 'retry_edits', '', movable('retry')],
  ['local', 'resolve_edits', 'local', ['conflict']],
  ['pylon', 'resolve_edits', 'pylon', ['conflict']],
] as const;

/**
 * The procedure that decides about edits as the functions do, but commits after each part, so that rows are not locked
 * for long. Drops the latest edits first, so that each row goes back to the edit before; of all others, the earliest come
 * first. Runs as the caller: it finds the edits that the caller sees, and the view that it asks checks the privilege. A
 * procedure that commits can have no settings: all names are qualified.
 */
export const decideInParts = `
CREATE OR REPLACE PROCEDURE pylon_sync.decide_in_parts(
  decision text,
  ids bigint[] DEFAULT NULL,
  txid bigint DEFAULT NULL
)
LANGUAGE plpgsql
AS $$
DECLARE
  chosen record;
  wanted bigint[];
  done integer;
  total integer := 0;
BEGIN
  SELECT d.call, d.choice, d.states
  INTO chosen
  FROM (VALUES
    ${DECISIONS.map(([name, call, choice, states]) => `(${[name, call, choice].map(literal).join(', ')}, ${literal(`{${states.join(',')}}`)}::text[])`).join(',\n    ')}
  ) AS d(name, call, choice, states)
  WHERE d.name OPERATOR(pg_catalog.=) decision;

  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no decision "%"', decision
      USING
        ERRCODE = '${UNDECIDABLE.value}',
        HINT = ${literal(`They are ${DECISIONS.map(([name]) => name).join(', ')}.`)};
  END IF;

  IF ids IS NULL AND txid IS NULL THEN
    RAISE EXCEPTION 'pylon_sync.decide_in_parts takes ids of edits, a transaction, or both'
      USING ERRCODE = '${UNDECIDABLE.value}';
  END IF;

  SELECT pg_catalog.array_agg(e.id ORDER BY CASE WHEN decision IN ('discard', 'pylon') THEN -e.id ELSE e.id END)
  INTO wanted
  FROM pylon_sync.edits AS e
  WHERE (decide_in_parts.ids IS NULL OR e.id = ANY (decide_in_parts.ids))
    AND (decide_in_parts.txid IS NULL OR e.txid = decide_in_parts.txid)
    AND e.state = ANY (chosen.states);

  -- Even without edits, the view is asked once: it refuses a caller who lacks the privilege.
  FOR place IN 0 .. greatest(coalesce(pg_catalog.cardinality(wanted), 0) - 1, 0) / ${PART} LOOP
    INSERT INTO pylon_sync.calls (call, ids, arguments)
    VALUES (
      chosen.call,
      coalesce(wanted[place * ${PART} + 1 : (place + 1) * ${PART}], '{}'),
      pg_catalog.jsonb_build_object('choice', chosen.choice)
    )
    RETURNING result
    INTO done;
    total := total + done;
    COMMIT;
  END LOOP;
  RAISE NOTICE '% edits: %', total, decision;
END $$`;
