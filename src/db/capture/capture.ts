import { getTableColumns } from 'drizzle-orm';
import { takes, writableColumns } from '../../edits/body.ts';
import { PROVISIONAL } from '../../edits/provisional.ts';
import type { Resource } from '../../resources/define.ts';
import type { Impossible, RowNames, Writes } from '../../resources/writes.ts';
import { factsIn } from '../../route.ts';
import { customFields, differs, jsonOf, refusals } from './checks.ts';
import { ACTOR, DRAFT, queueing } from './expressions.ts';
import { DEFINER, IN_ROW, identifier, literal, TRANSITION } from './names.ts';
import { REFUSED } from './sqlstates.ts';
import { SEND_ANYWAY } from './validation/send-anyway.ts';

const HEAD = 'LANGUAGE plpgsql';

/**
 * The columns whose new value a condition looks at. The check runs only if one of them changed: values that Pylon itself
 * has set are allowed.
 */
function namedIn(when: Impossible['when']): readonly string[] {
  const names = new Set<string>();
  const is = (column: string) => {
    names.add(column);
    return column;
  };
  when({ is, was: (column) => column });
  return [...names];
}

/** Collects the columns' new and old values, and refuses values that Pylon does not accept. */
function collected(
  row: RowNames,
  resource: Resource,
  writes: Writes,
  operation: 'create' | 'update',
): string {
  const { name } = resource;
  const types = getTableColumns(resource.table) as Record<string, { getSQLType(): string }>;
  const columns = Object.entries(writes.columns).filter(
    ([, column]) => operation === 'create' || takes(column, 'update'),
  );
  // What is missing comes before what is wrong. A new row's columns differ where they are given.
  const emptied = columns
    .filter(
      ([, { kind, empty }]) => operation === 'update' && kind !== 'custom_fields' && empty === undefined,
    )
    .map(([column]) => column);
  const given = columns.map(([column, how]) => {
    if (how.kind === 'custom_fields') return customFields(row, resource);
    const type = types[column]?.getSQLType() ?? '';
    return `
     IF ${differs(row, column)} THEN${refusals(row, name, column, how, type)}
       changes := changes || jsonb_build_object(${literal(column)}, ${jsonOf(row.is(column), type)});
       base := base || jsonb_build_object(${literal(column)}, ${jsonOf(row.was(column), type)});
     END IF;`;
  });
  const checks = (writes.impossible ?? []).map(({ column, when, because }) => {
    const changed = namedIn(when).map((named) => differs(row, named));
    return `
     IF (${changed.join(' OR ')}) AND (${when(row)}) AND pylon_sync._validates() THEN
       RAISE EXCEPTION 'column "${column}" of pylon.${name}: %', ${literal(because)}
         USING ERRCODE = '${REFUSED.value}', COLUMN = ${literal(column)}, HINT = '${SEND_ANYWAY}';
     END IF;`;
  });
  return refuseEmptied(row, name, emptied) + given.join('') + checks.join('');
}

/** SQL that refuses NULLs for which Pylon has no value, all columns of a row at once. */
function refuseEmptied(row: RowNames, table: string, columns: readonly string[]): string {
  if (columns.length === 0) return '';
  const isEmptied = (column: string) => `${row.is(column)} IS NULL AND ${row.was(column)} IS NOT NULL`;
  return `
     IF ${columns.map(isEmptied).join(' OR ')} THEN
       wrong := CASE ${columns.map((column) => `WHEN ${isEmptied(column)} THEN ${literal(column)}`).join(' ')} END;
       RAISE EXCEPTION 'column "%" of pylon.${table} cannot be emptied: Pylon has no way to', wrong
         USING ERRCODE = '${REFUSED.null}', COLUMN = wrong;
     END IF;`;
}

const VARIABLES = `
     changes jsonb := '{}';
     base jsonb := '{}';
     wanted jsonb;
     stood jsonb;
     wrong text;`;

/** Edits per INSERT statement. */
const BATCH = 1_000;

/**
 * The function that queues edits of the columns that an UPDATE changed, of all its rows at once: that costs a
 * fraction of a call per row. Once a transaction has queued more edits than the guard allows, the rest become drafts
 * at once, and `edits_queued` turns the earlier ones into drafts.
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
  const code = collected({ was: inPair('old'), is: inPair('new') }, resource, writes, 'update');
  const seen = [...named].flatMap((column) => [
    `was.${identifier(column)} AS ${identifier(`old_${column}`)}`,
    `becomes.${identifier(column)} AS ${identifier(`new_${column}`)}`,
  ]);
  const queue = `
         PERFORM pylon_sync._refuse_impossible(${literal(name)}, all_changes);
         INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid)
         SELECT ${literal(name)}, one.id, 'update', one.changes, one.base,
                CASE WHEN queued + one.place > guard OR ${DRAFT} THEN 'draft' ELSE 'pending' END,
                ${ACTOR}, pg_current_xact_id()::text::bigint
           FROM unnest(ids, all_changes, all_bases) WITH ORDINALITY AS one(id, changes, base, place);
         queued := queued + cardinality(ids);
         ids := '{}';
         all_changes := '{}';
         all_bases := '{}';`;
  return `CREATE OR REPLACE FUNCTION pylon_sync.${identifier(`_capture_${name}`)}() RETURNS trigger
   ${HEAD} ${DEFINER} AS $$
   DECLARE
     guard integer := pylon_sync._edit_guard();
     queued integer;
     is_allowed boolean := false;
     pair record;${VARIABLES}
     ids text[] := '{}';
     all_changes jsonb[] := '{}';
     all_bases jsonb[] := '{}';
   BEGIN
     SELECT count(*) INTO queued FROM (
       SELECT FROM pylon_sync.edits WHERE txid = pg_current_xact_id_if_assigned()::text::bigint LIMIT guard) AS before;
     FOR pair IN
       SELECT was.id, ${seen.join(', ')}
         FROM ${TRANSITION.old} AS was JOIN ${TRANSITION.new} AS becomes USING (id)
        WHERE ${row('was')} IS DISTINCT FROM ${row('becomes')}
     LOOP
       IF NOT is_allowed THEN
         PERFORM pylon_sync._refuse_first('update');
         is_allowed := true;
       END IF;
       changes := '{}';
       base := '{}';${code}
       CONTINUE WHEN changes = '{}';
       ids := array_append(ids, pair.id);
       all_changes := array_append(all_changes, changes);
       all_bases := array_append(all_bases, base);
       CONTINUE WHEN cardinality(ids) < ${BATCH};${queue}
     END LOOP;${queue}
     RETURN NULL;
   END $$`;
}

/**
 * Columns that an INSERT can set: those that a create or a later update can send, and those in the request's path.
 */
const insertable = (writes: Writes): readonly string[] => [
  ...new Set([...Object.keys(writes.columns), ...factsIn(writes.create?.path ?? '')]),
];

/** SQL that refuses an INSERT without the columns that Pylon requires. */
function required(name: string, { create }: Writes): string {
  const all = [...factsIn(create?.path ?? ''), ...(create?.required ?? [])];
  return all
    .map((one) => (typeof one === 'string' ? [one] : one))
    .map((anyOf) => {
      const columns = anyOf.map((column) => `"${column}"`).join(', ');
      const missing = anyOf.map((column) => `NEW.${identifier(column)} IS NULL`).join(' AND ');
      return `
     IF ${missing} THEN
       RAISE EXCEPTION ${literal(`a row of pylon.${name} needs ${anyOf.length > 1 ? 'one of ' : ''}${columns}`)}
         USING ERRCODE = '${REFUSED.null}', COLUMN = ${literal(anyOf[0] ?? '')}, HINT = 'Pylon creates none without.';
     END IF;`;
    })
    .join('');
}

/** The function that queues the create of an inserted row. */
export function captureInsert(resource: Resource, writes: Writes): string {
  const { name } = resource;
  const columns = insertable(writes);
  const given = ['id', '_synced_at', '_hash', '_order', ...columns];
  // Checks the mirror's columns only, not those that a user has added.
  const fixed = Object.keys(getTableColumns(resource.table)).filter((column) => !given.includes(column));
  const paths = factsIn(writes.create?.path ?? '').map(
    (column) => `
     changes := changes || jsonb_build_object(${literal(column)}, NEW.${identifier(column)});`,
  );
  // Whether creates are allowed at all is asked first, and only if something is refused: else after_edits asks once.
  const body = `CREATE OR REPLACE FUNCTION pylon_sync.${identifier(`_capture_insert_${name}`)}() RETURNS trigger
   ${HEAD} ${DEFINER} AS $$
   DECLARE${VARIABLES}
     others text[];
   BEGIN
     IF NEW.id NOT LIKE '${PROVISIONAL}%' THEN
       RAISE EXCEPTION 'the id % cannot be given to a new row of pylon.${name}: Pylon gives ids', quote_literal(NEW.id)
         USING ERRCODE = '${REFUSED.unsupported}', COLUMN = 'id',
               HINT = 'Leave it out, or begin it with ${PROVISIONAL}: it stands for Pylon''s until that is known.';
     END IF;
     IF EXISTS (SELECT FROM pylon_sync.ids WHERE provisional = NEW.id)
        OR EXISTS (SELECT FROM pylon_sync.edits WHERE record_id = NEW.id AND operation = 'create') THEN
       RAISE EXCEPTION 'the id % was used before', quote_literal(NEW.id) USING ERRCODE = '${REFUSED.taken}', COLUMN = 'id';
     END IF;
     SELECT array_agg(given.key ORDER BY given.key) INTO others FROM jsonb_each(to_jsonb(NEW)) AS given
      WHERE given.value <> 'null' AND given.key = ANY (ARRAY[${fixed.map(literal).join(', ')}]);
     others := others || ARRAY(SELECT given.name FROM (VALUES
       ('_synced_at', NEW._synced_at <> now()), ('_hash', NEW._hash <> ''), ('_order', NEW._order <> 0)) AS given(name, here)
       WHERE given.here);
     IF cardinality(others) > 0 THEN
       RAISE EXCEPTION 'column % of pylon.${name} cannot be given to a new row',
           (SELECT string_agg(format('"%s"', other), ', ') FROM unnest(others) AS other)
         USING ERRCODE = '${REFUSED.unsupported}', COLUMN = others[1],
               HINT = ${literal(`Can be given: ${columns.join(', ')}.`)};
     END IF;${required(name, writes)}${collected(IN_ROW, resource, writes, 'create')}${paths.join('')}
     ${queueing(literal(name), 'NEW.id', 'create', 'changes', "'{}'")}
     IF changes::text LIKE '%"${PROVISIONAL}%' THEN PERFORM pylon_sync._refuse_circle(NEW.id); END IF;
     RETURN NULL;
   END $$`;
  return body.replaceAll('RAISE EXCEPTION', "PERFORM pylon_sync._refuse_first('create'); RAISE EXCEPTION");
}
