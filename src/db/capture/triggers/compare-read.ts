import { getTableColumns } from 'drizzle-orm';
import type { Resource } from '../../../resources/define.ts';
import { changeColumn } from '../../../resources/index.ts';
import { IN_ROW, identifier, literal } from '../names.ts';
import { REFUSED } from '../sqlstates.ts';

/** SQLSTATE of a statement that was made of values which are not the row's any more. */
const STALE = '40001';

/** SQL: whether `pylon_sync.stamps` is `refuse`. */
const REFUSES = "lower(current_setting('pylon_sync.stamps', true)) IS NOT DISTINCT FROM 'refuse'";

const columnsOf = ({ table }: Resource) => getTableColumns(table) as Record<string, { getSQLType(): string }>;

/** Columns that are instants. */
const instantsOf = (resource: Resource): readonly string[] =>
  Object.entries(columnsOf(resource))
    .filter(([, column]) => column.getSQLType() === 'timestamp with time zone')
    .map(([name]) => name);

/** Columns that tell how new a row is: the time of its change in Pylon, if Pylon says one, and the daemon's own. */
const stampsOf = (resource: Resource): readonly string[] => {
  const changed = changeColumn(resource);
  return [...(changed === undefined ? [] : [changed]), '_synced_at', '_order'];
};

const differ = (columns: readonly string[]) =>
  `ROW(${columns.map(IN_ROW.was).join(', ')}) IS DISTINCT FROM ROW(${columns.map(IN_ROW.is).join(', ')})`;

/** SQL: whether an UPDATE changes a column that `compareRead` looks at. */
export const callsForComparing = (resource: Resource): string =>
  differ([...new Set([...instantsOf(resource), ...stampsOf(resource)])]);

/** An instant without microseconds, as many programs read one, means the row's if that differs by less. */
const sameInstant = (column: string): string => {
  const [was, is] = [IN_ROW.was(column), IN_ROW.is(column)];
  return `
  IF ${is} <> ${was}
    AND ${is} = date_trunc('milliseconds', ${is})
    AND ${is} > ${was} - interval '1 ms'
    AND ${is} < ${was} + interval '1 ms'
  THEN
    ${is} := ${was};
  END IF;`;
};

/**
 * The function that compares what a program saves with the row from which it was read, for programs that save whole rows.
 * An instant that lost its microseconds is the row's. If a stamp is earlier than the row's, the row has changed since: the
 * statement is refused, so that it undoes nobody's change. A later time of change, which programs set by themselves, is
 * ignored, unless the session has set `pylon_sync.stamps` to `refuse`. A stamp that changes alone is refused, here or by
 * `_refuse_update`. Runs as the writing user, for speed, like `_skip_gone`.
 */
export function compareRead(resource: Resource): string {
  const { name } = resource;
  const stamps = stampsOf(resource);
  const others = Object.keys(columnsOf(resource)).filter((column) => !stamps.includes(column));
  const changed = changeColumn(resource);
  const earlier = stamps.map((column) => `${IN_ROW.is(column)} < ${IN_ROW.was(column)}`).join(' OR ');
  // A column that Postgres generates has no value yet.
  const left = `('{${stamps.join(',')}}'::text[]
      || ARRAY(SELECT attname::text FROM pg_catalog.pg_attribute WHERE attrelid = TG_RELID AND attgenerated <> ''))`;
  const ignored =
    changed === undefined
      ? ''
      : `
    IF coalesce(${IN_ROW.is(changed)} > ${IN_ROW.was(changed)}, ${IN_ROW.was(changed)} IS NULL) AND NOT (${REFUSES}) THEN
      ${IN_ROW.is(changed)} := ${IN_ROW.was(changed)};
    END IF;`;
  return `
CREATE OR REPLACE FUNCTION pylon_sync.${identifier(`_compare_read_${name}`)}()
RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN${instantsOf(resource).map(sameInstant).join('')}
  IF NOT (${differ(stamps)}) THEN
    RETURN NEW;
  END IF;
  -- Columns of the user's own, too.
  IF ${differ(others)} OR to_jsonb(NEW) - ${left} <> to_jsonb(OLD) - ${left} THEN
    IF ${earlier} THEN
      RAISE EXCEPTION '% % has changed since it was read', ${literal(name)}, OLD.id
        USING
          ERRCODE = '${STALE}',
          TABLE = ${literal(name)},
          HINT = 'Read it again. Save only the columns that you change, and a change of others is no hindrance.';
    END IF;${ignored}
  END IF;
  IF NEW._synced_at IS DISTINCT FROM OLD._synced_at THEN
    RAISE EXCEPTION 'column "_synced_at" of pylon.% cannot be changed', ${literal(name)}
      USING ERRCODE = '${REFUSED.unsupported}', TABLE = ${literal(name)}, COLUMN = '_synced_at',
            HINT = 'It is the daemon''s own.';
  END IF;
  RETURN NEW;
END $$`;
}
