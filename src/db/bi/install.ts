import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { resources } from '../../resources/index.ts';
import { identifier, literal } from '../capture/names.ts';
import type { Executor } from '../connect.ts';
import { biColumns, settings } from '../tables.ts';
import { tableComments } from './comments.ts';
import {
  expressionOf,
  type FieldColumn,
  type FieldDefinition,
  fieldComment,
  newColumns,
  shapeOf,
  typeOf,
} from './fields.ts';
import { editSummary, freshness } from './freshness.ts';
import { syncedUntil, viewFunctions } from './helpers.ts';
import { historyViews } from './history.ts';
import { joinViews } from './joins.ts';
import { metabaseMetadata } from './metabase.ts';
import { metricViews } from './metrics.ts';
import { objectView } from './objects.ts';
import type { View, ViewColumn } from './view.ts';

/** Every view of schema `pylon_bi`, without the columns of custom fields. */
export const views: readonly View[] = [
  ...resources.map(objectView),
  ...joinViews,
  ...metricViews,
  freshness,
  editSummary,
  ...historyViews,
];

/** A column that stands in a view already. */
interface Standing {
  readonly view: string;
  readonly name: string;
  readonly type: string;
}

async function standing(tx: Executor): Promise<readonly Standing[]> {
  const { rows } = await tx.execute<Standing & Record<string, unknown>>(sql`
    SELECT relname AS view, attname AS name, format_type(atttypid, atttypmod) AS type
      FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
     WHERE relnamespace = to_regnamespace('pylon_bi') AND relkind = 'v' AND attnum > 0 AND NOT attisdropped
     ORDER BY relname, attnum`);
  return rows;
}

async function definitions(tx: Executor): Promise<readonly FieldDefinition[]> {
  // Where a slug is defined twice, the older one is meant.
  const { rows } = await tx.execute<FieldDefinition & Record<string, unknown>>(sql`
    SELECT DISTINCT ON (object_type, slug) object_type, slug, label, description, type, select_metadata -> 'options' AS options
      FROM pylon.custom_fields
     WHERE _deleted_at IS NULL AND object_type IS NOT NULL AND slug IS NOT NULL
     ORDER BY object_type, slug, created_at, id`);
  return rows;
}

/** The columns that custom fields have, new ones noted. */
async function noteColumns(
  tx: Executor,
  defined: readonly FieldDefinition[],
): Promise<readonly FieldColumn[]> {
  const known = (await tx
    .select({
      object_type: biColumns.object_type,
      slug: biColumns.slug,
      shape: biColumns.shape,
      part: biColumns.part,
      name: biColumns.name,
    })
    .from(biColumns)
    .orderBy(biColumns.id)) as readonly FieldColumn[];
  const added = newColumns(
    defined.filter(({ object_type }) => views.some(({ fieldsOf }) => fieldsOf === object_type)),
    known,
  );
  if (added.length > 0) await tx.insert(biColumns).values([...added]);
  return [...known, ...added];
}

/** The columns of a view that custom fields have; those of fields that are gone, or became another type, are null. */
function fieldColumns(
  view: View,
  known: readonly FieldColumn[],
  defined: readonly FieldDefinition[],
): Readonly<Record<string, ViewColumn>> {
  return Object.fromEntries(
    known
      .filter(({ object_type }) => object_type === view.fieldsOf)
      .map((column) => {
        const definition = defined.find(
          (one) =>
            one.object_type === column.object_type &&
            one.slug === column.slug &&
            shapeOf(one) === column.shape,
        );
        const type = typeOf(column);
        return [
          column.name,
          {
            sql:
              definition === undefined ? `NULL::${type}` : `(${expressionOf(column, definition)})::${type}`,
            comment: fieldComment(column, definition),
          },
        ];
      }),
  );
}

/** The statements that make a view, where some columns stand already: these keep their places, others come after. */
function statementsOf(
  view: View,
  fields: Readonly<Record<string, ViewColumn>>,
  stands: readonly Standing[],
): readonly string[] {
  const wanted: Readonly<Record<string, ViewColumn>> = { ...view.columns, ...fields };
  const kept = stands.map(
    ({ name, type }) =>
      [name, wanted[name] ?? { sql: `NULL::${type}`, comment: 'Not filled any more.' }] as const,
  );
  const columns = [
    ...kept,
    ...Object.entries(wanted).filter(([name]) => !stands.some((one) => one.name === name)),
  ];
  const target = `pylon_bi.${identifier(view.name)}`;
  return [
    `CREATE OR REPLACE VIEW ${target} AS SELECT\n  ${columns.map(([name, { sql: expression }]) => `${expression} AS ${identifier(name)}`).join(',\n  ')}\n${view.from}`,
    `COMMENT ON VIEW ${target} IS ${literal(view.comment)}`,
    ...columns.map(
      ([name, { comment }]) => `COMMENT ON COLUMN ${target}.${identifier(name)} IS ${literal(comment)}`,
    ),
  ];
}

const digestOf = (statements: readonly string[]) =>
  createHash('sha256').update(statements.join(';\n')).digest('hex');

type Digests = Readonly<Record<string, string>>;

async function knownDigests(tx: Executor): Promise<Digests> {
  const rows = await tx
    .select({ value: settings.value })
    .from(settings)
    .where(sql`${settings.key} = 'views'`);
  return (rows[0]?.value ?? {}) as Digests;
}

/** What is made once a version: with it, everything is looked at anew. */
const firstStatements = (): readonly string[] => [
  'CREATE SCHEMA IF NOT EXISTS pylon_bi',
  ...viewFunctions(),
  syncedUntil,
  ...tableComments(),
  ...metabaseMetadata(),
];

/** The digest of this version's views, whatever custom fields there are. */
const versionOf = (first: readonly string[]): string => digestOf([...first, JSON.stringify(views)]);

/**
 * Brings the views to this version, within a migration, where they are not: whoever holds no lease writes nothing else.
 */
export async function migrateViews(tx: Executor, ran: (statement: string) => void): Promise<void> {
  const { rows } = await tx.execute<{ made: boolean }>(
    sql`SELECT to_regclass('pylon_bi.freshness') IS NOT NULL AS made`,
  );
  const isMade = rows[0]?.made === true;
  if (isMade && (await knownDigests(tx))[''] === versionOf(firstStatements())) return;
  await installViews(tx, ran);
}

/**
 * Brings the views to this version and to the custom fields that are mirrored, those that are not there yet. What
 * stands keeps its name, place and type, so that grants and what users built on it stay. The names of the views that
 * were made anew.
 */
export async function installViews(
  tx: Executor,
  ran: (statement: string) => void = () => {},
): Promise<readonly string[]> {
  const stands = await standing(tx);
  const known = await knownDigests(tx);
  const defined = await definitions(tx);
  const columns = await noteColumns(tx, defined);
  const run = async (statement: string) => {
    ran(statement);
    await tx.execute(sql.raw(statement));
  };
  const first = firstStatements();
  const digests: Record<string, string> = { '': versionOf(first) };
  if (known[''] !== digests['']) for (const statement of first) await run(statement);
  const made: string[] = [];
  for (const view of views) {
    const own = stands.filter((one) => one.view === view.name);
    const statements = statementsOf(view, fieldColumns(view, columns, defined), own);
    // What it would be once it stands: the order of columns is then settled.
    digests[view.name] = digestOf([...statements].sort());
    if (own.length > 0 && known[view.name] === digests[view.name]) continue;
    for (const statement of statements) await run(statement);
    made.push(view.name);
  }
  if (made.length > 0 || known[''] !== digests[''])
    await tx
      .insert(settings)
      .values({ key: 'views', value: digests })
      .onConflictDoUpdate({ target: settings.key, set: { value: digests, updated_at: sql`now()` } });
  return made;
}
