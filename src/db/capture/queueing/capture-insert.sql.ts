import { getTableColumns } from 'drizzle-orm';
import { PROVISIONAL } from '../../../edits/provisional.ts';
import { FILES } from '../../../resources/actions.ts';
import { NO_DIGEST, type Resource } from '../../../resources/define.ts';
import type { Writes } from '../../../resources/writes.ts';
import { factsIn } from '../../../route.ts';
import { queueing } from '../expressions.ts';
import { DEFINER, IN_ROW, identifier, literal } from '../names.ts';
import { REFUSED } from '../sqlstates.ts';
import { inside, raise, statements, when } from './code.ts';
import { collected, VARIABLES } from './collected.ts';

/**
 * Whether creates are allowed at all is asked before an error is raised, since a person wants to know that first. If
 * nothing is refused, `_after_edits` asks it once a statement.
 */
const FIRST = "PERFORM pylon_sync._refuse_first('create');";

/**
 * Columns that an INSERT can set: those that a create or a later update can send, and those in the request's path.
 */
const insertable = (writes: Writes): readonly string[] => [
  ...new Set([...Object.keys(writes.columns), ...factsIn(writes.create?.path ?? '')]),
];

/** SQL that refuses an id that is not provisional, or that was used before. */
const refuseId = (name: string): string =>
  statements([
    when(
      `NEW.id NOT LIKE '${PROVISIONAL}%'`,
      raise(
        [
          `'the id % cannot be given to a new row of pylon.${name}: Pylon gives ids'`,
          'quote_literal(NEW.id)',
        ],
        {
          ERRCODE: `'${REFUSED.unsupported}'`,
          COLUMN: "'id'",
          HINT: `'Leave it out, or begin it with ${PROVISIONAL}: it stands for Pylon''s until that is known.'`,
        },
        FIRST,
      ),
    ),
    when(
      `EXISTS (SELECT FROM pylon_sync.ids WHERE provisional = NEW.id)
  OR EXISTS (SELECT FROM pylon_sync.edits WHERE record_id = NEW.id AND operation = 'create')`,
      raise(
        ["'the id % was used before'", 'quote_literal(NEW.id)'],
        { ERRCODE: `'${REFUSED.taken}'`, COLUMN: "'id'" },
        FIRST,
      ),
    ),
  ]);

/** SQL that refuses values of columns that a create cannot send. */
function refuseOthers({ name, table }: Resource, columns: readonly string[]): string {
  const given = ['id', '_synced_at', '_hash', '_order', ...columns];
  // Checks the mirror's columns only, not those that a user has added.
  const fixed = Object.keys(getTableColumns(table)).filter((column) => !given.includes(column));
  return statements([
    `SELECT array_agg(given.key ORDER BY given.key)
INTO others
FROM jsonb_each(to_jsonb(NEW)) AS given
WHERE given.value <> 'null'
  AND given.key = ANY (ARRAY[${fixed.map(literal).join(', ')}]);

others := others || ARRAY(
  SELECT given.name
  FROM (
    VALUES
      ('_synced_at', NEW._synced_at <> now()),
      ('_hash', NEW._hash NOT IN ('', ${literal(NO_DIGEST)})),
      ('_order', NEW._order <> 0)
  ) AS given(name, here)
  WHERE given.here
);`,
    when(
      'cardinality(others) > 0',
      raise(
        [
          `'column % of pylon.${name} cannot be given to a new row'`,
          `(SELECT string_agg(format('"%s"', other), ', ') FROM unnest(others) AS other)`,
        ],
        {
          ERRCODE: `'${REFUSED.unsupported}'`,
          COLUMN: 'others[1]',
          HINT: literal(`Can be given: ${columns.join(', ')}.`),
        },
        FIRST,
      ),
    ),
  ]);
}

/** SQL that refuses an INSERT without the columns that Pylon requires. */
function required(name: string, { create }: Writes): string {
  const all = [...factsIn(create?.path ?? ''), ...(create?.required ?? [])];
  const checks = all
    .map((one) => (typeof one === 'string' ? [one] : one))
    .map((anyOf) => {
      const columns = anyOf.map((column) => `"${column}"`).join(', ');
      return when(
        anyOf.map((column) => `NEW.${identifier(column)} IS NULL`).join(' AND '),
        raise(
          [literal(`a row of pylon.${name} needs ${anyOf.length > 1 ? 'one of ' : ''}${columns}`)],
          {
            ERRCODE: `'${REFUSED.null}'`,
            COLUMN: literal(anyOf[0] ?? ''),
            HINT: "'Pylon creates none without.'",
          },
          FIRST,
        ),
      );
    });
  return statements(checks);
}

/** The function that queues the create of an inserted row. */
export function captureInsert(resource: Resource, writes: Writes): string {
  const { name } = resource;
  const paths = factsIn(writes.create?.path ?? '').map(
    (column) => `changes := changes || jsonb_build_object(${literal(column)}, NEW.${identifier(column)});`,
  );
  // An edit that uploads a file stands for its address.
  const files = Object.entries(writes.columns)
    .filter(([, { files }]) => files === true)
    .map(
      ([column]) => `changes := changes || (
  SELECT coalesce(jsonb_object_agg(${literal(column)}, given.urls), '{}')
  FROM (
    SELECT jsonb_agg(coalesce(pylon_sync._edit_gives('${FILES}', url), url) ORDER BY place)
    FROM jsonb_array_elements_text(changes -> ${literal(column)}) WITH ORDINALITY AS one(url, place)
  ) AS given(urls)
  WHERE changes ? ${literal(column)} AND given.urls IS NOT NULL
);`,
    );
  const code = statements([
    refuseId(name),
    refuseOthers(resource, insertable(writes)),
    required(name, writes),
    collected(IN_ROW, resource, writes, 'create', FIRST),
    ...paths,
    ...files,
  ]);
  return `
CREATE OR REPLACE FUNCTION pylon_sync.${identifier(`_capture_insert_${name}`)}()
RETURNS trigger
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
${VARIABLES}
  others text[];
  earlier bigint[];
BEGIN
${inside(code)}
  -- What a user's trigger has done to the new row before is queued already.
  earlier := ARRAY(
    SELECT own.id
    FROM (
      SELECT e.id, e.txid
      FROM pylon_sync.edits AS e
      WHERE e.resource = ${literal(name)}
        AND e.record_id = NEW.id
      OFFSET 0
    ) AS own
    WHERE own.txid = pg_current_xact_id_if_assigned()::text::bigint
  );
${queueing(literal(name), 'NEW.id', 'create', 'changes', "'{}'")}

  IF earlier <> '{}' THEN
    PERFORM pylon_sync._move_last(earlier);
  END IF;

  IF changes::text LIKE '%"${PROVISIONAL}%' THEN
    PERFORM pylon_sync._refuse_circle(NEW.id);
  END IF;
  RETURN NULL;
END $$`;
}
