import { writableColumns } from '../../../edits/body.ts';
import type { Resource } from '../../../resources/define.ts';
import type { Writes } from '../../../resources/writes.ts';
import { ACTOR, DRAFT, NEW_EDIT } from '../expressions.ts';
import { DEFINER, identifier, literal, TRANSITION, tableOf } from '../names.ts';
import { inside } from './code.ts';
import { collected, VARIABLES } from './collected.ts';

/** Edits per INSERT statement. */
const BATCH = 1_000;

/** SQL that queues the edits that were collected, before those that triggers have made of the same rows meanwhile. */
const queue = (resource: string) => `IF rewritten <> '{}' THEN
  SELECT pylon_sync._made_since(${resource}, array_agg(one.id), array_agg(one.changes), array_agg(one.base))
  INTO since
  FROM unnest(ids, all_changes, all_bases) AS one(id, changes, base)
  WHERE one.id = ANY (rewritten);
END IF;
PERFORM pylon_sync._refuse_impossible(${resource}, all_changes);
INSERT INTO pylon_sync.edits (${NEW_EDIT})
SELECT
  ${resource},
  one.id,
  'update',
  one.changes,
  one.base,
  CASE WHEN queued + one.place > guard OR ${DRAFT} THEN 'draft' ELSE 'pending' END,
  ${ACTOR},
  pg_current_xact_id()::text::bigint
FROM unnest(ids, all_changes, all_bases) WITH ORDINALITY AS one(id, changes, base, place);
IF since <> '{}' THEN
  PERFORM pylon_sync._move_last(since);
END IF;
queued := queued + cardinality(ids);
rewritten := '{}';
since := '{}';
ids := '{}';
all_changes := '{}';
all_bases := '{}';`;

/**
 * The function that queues edits of the columns that an UPDATE changed, of all its rows at once: that costs a
 * fraction of a call per row. Once a transaction has queued more edits than the guard allows, the rest become drafts
 * at once, and `_edits_queued` turns the earlier ones into drafts.
 */
export function captureUpdate(resource: Resource, writes: Writes): string {
  const { name } = resource;
  const columns = writableColumns(writes, 'update');
  const row = (of: string) => `(${columns.map((column) => `${of}.${identifier(column)}`).join(', ')})`;
  // Selects only the columns that are used, because rows can be wide.
  const named = new Set<string>();
  const inPair = (state: 'old' | 'new') => (column: string) => {
    named.add(column);
    return `pair.${identifier(`${state}_${column}`)}`;
  };
  const current = inPair('new');
  const isRewritten = `EXISTS (
  SELECT
  FROM ${tableOf(name)} AS existing
  WHERE existing.id = pair.id
    AND ${row('existing')} IS DISTINCT FROM (${columns.map(current).join(', ')})
)`;
  const code = collected({ was: inPair('old'), is: inPair('new') }, resource, writes, 'update');
  const seen = [...named].flatMap((column) => [
    `was.${identifier(column)} AS ${identifier(`old_${column}`)}`,
    `becomes.${identifier(column)} AS ${identifier(`new_${column}`)}`,
  ]);
  return `
CREATE OR REPLACE FUNCTION pylon_sync.${identifier(`_capture_${name}`)}()
RETURNS trigger
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  guard integer := pylon_sync._edit_guard();
  queued integer;
  is_allowed boolean := false;
  pair record;
${VARIABLES}
  ids text[] := '{}';
  all_changes jsonb[] := '{}';
  all_bases jsonb[] := '{}';
  -- Rows that a user's trigger has written since the statement did, and the edits of that.
  rewritten text[] := '{}';
  since bigint[] := '{}';
  is_first boolean;
BEGIN
  SELECT count(*)
  INTO queued
  FROM (
    SELECT
    FROM pylon_sync.edits
    WHERE txid = pg_current_xact_id_if_assigned()::text::bigint
    LIMIT guard
  ) AS before;
  is_first := queued = 0;

  FOR pair IN
    SELECT
      ${['was.id', ...seen].join(',\n      ')}
    FROM ${TRANSITION.old} AS was
    JOIN ${TRANSITION.new} AS becomes USING (id)
    WHERE ${row('was')} IS DISTINCT FROM ${row('becomes')}
  LOOP
    IF NOT is_allowed THEN
      PERFORM pylon_sync._refuse_first('update');
      is_allowed := true;
    END IF;

    changes := '{}';
    base := '{}';

${inside(inside(code))}

    CONTINUE WHEN changes = '{}';
    ids := array_append(ids, pair.id);
    all_changes := array_append(all_changes, changes);
    all_bases := array_append(all_bases, base);
    IF NOT is_first AND ${isRewritten.replaceAll('\n', '\n    ')} THEN
      rewritten := array_append(rewritten, pair.id);
    END IF;
    CONTINUE WHEN cardinality(ids) < ${BATCH};

${inside(inside(queue(literal(name))))}
  END LOOP;

${inside(queue(literal(name)))}
  RETURN NULL;
END $$`;
}
