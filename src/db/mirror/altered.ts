import { type SQL, sql } from 'drizzle-orm';
import { someOf } from '../../format.ts';
import type { Order } from '../../order.ts';
import type { Resource } from '../../resources/define.ts';
import type { Executor } from '../connection/connect.ts';
import { FROM_JSON } from '../row/fit.ts';
import { jsonColumns, type Row } from '../row/row.ts';

/** A mirror table with a user's trigger that changes or suppresses rows which the daemon writes. */
export interface Altered {
  readonly resource: string;
  /** The names of the user's BEFORE triggers on the table. */
  readonly triggers: readonly string[];
  /** Columns whose values the trigger changes; empty if it suppresses rows altogether. */
  readonly columns: readonly string[];
  /** The id of a record for which that was observed. */
  readonly record: string;
}

/** A query for the names of the user's own BEFORE ROW triggers of a table. */
const ownTriggers = (table: SQL): SQL => sql`
  SELECT tgname::text FROM pg_trigger
   WHERE tgrelid = ${table} AND NOT tgisinternal AND tgenabled IN ('O', 'A')
     AND tgtype & 3 = 3 AND tgtype & 20 > 0 AND NOT starts_with(tgname::text, 'pylon_sync_')`;

/**
 * SQL: whether the table has a user's BEFORE trigger, so that stored rows may differ from what is written. Evaluated
 * once per statement.
 */
export const isWatched = ({ name }: Resource): SQL =>
  sql`EXISTS (${ownTriggers(sql.raw(`'pylon.${name}'::regclass`))})`;

const keyOf = ({ name }: Pick<Resource, 'name'>) => `altered ${name}`;

/**
 * Compares rows that were just written with what the table now contains, and notes what a trigger changed. The rows
 * are not corrected.
 */
export async function noteAltered(tx: Executor, resource: Resource, rows: readonly Row[]): Promise<void> {
  const differing = jsonColumns(resource).map(
    ({ name, type }, index) =>
      sql`(${name}, existing.${sql.identifier(name)} IS DISTINCT FROM ${sql.raw(FROM_JSON[type](index))})`,
  );
  const page = `[${rows.map((row) => row.json).join(',')}]`;
  const ids = jsonColumns(resource).findIndex(({ name }) => name === 'id');
  const { rows: found } = await tx.execute<{ record: string; columns: readonly string[] }>(sql`
    SELECT min(existing.id) AS record, array_agg(DISTINCT one.name) AS columns
      FROM jsonb_array_elements(${page}::jsonb) AS page(r)
      JOIN ${resource.table} AS existing ON existing.id = ${sql.raw(FROM_JSON.text(ids))}
     CROSS JOIN LATERAL (VALUES ${sql.join(differing, sql`, `)}) AS one(name, differs)
     WHERE one.differs HAVING count(*) > 0`);
  const [altered] = found;
  if (altered !== undefined) return note(tx, resource, altered);
  const written = rows.map(({ id }) => id);
  await tx.execute(sql`
    DELETE FROM pylon_sync.settings
     WHERE key = ${keyOf(resource)} AND value->>'record' = ANY(${sql.param(written)}::text[])`);
}

/** Writes nothing if these columns are noted already. */
async function note(
  tx: Executor,
  resource: Resource,
  { record, columns }: Pick<Altered, 'record' | 'columns'>,
): Promise<void> {
  const value = JSON.stringify({ record, columns });
  await tx.execute(sql`
    INSERT INTO pylon_sync.settings (key, value) VALUES (${keyOf(resource)}, ${value}::jsonb)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()
           WHERE NOT (settings.value->'columns') @> (excluded.value->'columns')`);
}

/**
 * Of the rows that a statement should have written but did not, returns those that a trigger suppressed: retrying
 * them is useless. The others were updated by a later answer meanwhile, or are locked.
 */
export async function suppressed(
  tx: Executor,
  resource: Resource,
  ids: readonly string[],
  { asked }: Order,
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const { rows } = await tx.execute<{ id: string }>(sql`
    SELECT wanted.id FROM unnest(${sql.param([...ids])}::text[]) AS wanted(id)
      LEFT JOIN ${resource.table} AS existing ON existing.id = wanted.id
     WHERE (existing.id IS NULL OR existing._order < ${asked}::bigint) AND ${isWatched(resource)}
     ORDER BY wanted.id`);
  const [first] = rows;
  if (first !== undefined) await note(tx, resource, { record: first.id, columns: [] });
  return new Set(rows.map(({ id }) => id));
}

/** The tables for which that is noted and whose triggers still exist. */
export async function readAltered(db: Executor): Promise<readonly Altered[]> {
  const { rows } = await db.execute<Altered & Record<string, unknown>>(sql`
    SELECT noted.resource, noted.value->>'record' AS record,
           ARRAY(SELECT jsonb_array_elements_text(noted.value->'columns')) AS columns,
           ARRAY(${ownTriggers(sql`to_regclass('pylon.' || quote_ident(noted.resource))`)} ORDER BY 1) AS triggers
      FROM (SELECT substr(key, 9) AS resource, value FROM pylon_sync.settings WHERE starts_with(key, 'altered ')) AS noted
     ORDER BY 1`);
  return rows.filter(({ triggers }) => triggers.length > 0);
}

/** The finding as a sentence for people. */
export function alteredInWords({ resource, triggers, columns, record }: Altered): string {
  const whose = `a trigger of your own (${someOf(triggers)})`;
  return columns.length === 0
    ? `pylon.${resource}: ${whose} keeps the daemon from writing rows, such as that of ${record}`
    : `pylon.${resource}: ${whose} changes what the daemon writes (${someOf(columns)}), so rows such as that of ${record} are not what Pylon holds. They are left so`;
}

/** The same without what tells one record from another. */
export const alteredInShort = ({ resource, triggers }: Altered): string =>
  `pylon.${resource}: a trigger of your own (${someOf(triggers)}) changes or keeps back what the daemon writes`;
