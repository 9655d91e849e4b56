import { type SQL, sql } from 'drizzle-orm';
import { customObjects } from '../../resources/custom_objects.ts';
import { literal } from '../capture/names.ts';
import type { Executor } from '../connection/connect.ts';
import { biColumns } from '../tables.ts';
import { readFollowedTypes } from '../workspace/followed-types.ts';
import { mergeSetting, readSetting } from '../workspace/setting.ts';
import { views } from './all.ts';
import { type FieldDefinition, fittingName } from './fields.ts';
import { objectView } from './objects.ts';
import type { View } from './view.ts';

const { table } = customObjects;

/** The kind of object under which the fields of a type are known. */
const PREFIX = 'custom_object:';
const kindOf = (type: string): string => `${PREFIX}${type}`;

/** The names of views, by type. They stay for ever. */
const KEY = 'custom_object_views';
type Names = Readonly<Record<string, string>>;

/** The name of the view of a type: the first of these that nothing has. */
function nameFor(type: string, taken: ReadonlySet<string>): string {
  const slug = type.replaceAll('-', '_');
  const names = [fittingName('custom_', slug, ''), fittingName('custom_type_', slug, '')];
  for (let n = 2; ; n += 1) {
    const free = names.find((name) => !taken.has(name));
    if (free !== undefined) return free;
    names.push(fittingName('custom_type_', slug, `_${n}`));
  }
}

/** The names of the views of all types, by type. Notes those of new types: ones that are followed or that rows have. */
async function readNames(tx: Executor): Promise<Names> {
  const known = (await readSetting<Names>(tx, KEY)) ?? {};
  const { rows } = await tx.execute<{ type: string }>(
    sql`SELECT DISTINCT type FROM ${table} WHERE type IS NOT NULL AND _deleted_at IS NULL ORDER BY type`,
  );
  const types = new Set([...((await readFollowedTypes(tx)) ?? []), ...rows.map(({ type }) => type)]);
  const fresh = [...types].filter((type) => !Object.hasOwn(known, type));
  if (fresh.length === 0) return known;
  const relations = await tx.execute<{ name: string }>(
    sql`SELECT relname AS name FROM pg_class WHERE relnamespace = to_regnamespace('pylon_bi')`,
  );
  const taken = new Set([
    ...views.map(({ name }) => name),
    ...Object.values(known),
    ...relations.rows.map(({ name }) => name),
  ]);
  const added: Record<string, string> = {};
  for (const type of fresh) {
    const name = nameFor(type, taken);
    taken.add(name);
    added[type] = name;
  }
  await mergeSetting(tx, KEY, added);
  return { ...known, ...added };
}

/** The view of the objects of one type. */
function typeView(type: string, name: string): View {
  const whole = objectView(customObjects);
  return {
    ...whole,
    name,
    comment: `Custom objects of type ${type}.`,
    from: `${whole.from} AND r.type = ${literal(type)}`,
    fieldsOf: kindOf(type),
    ofType: type,
  };
}

/** The views of the types that have been followed so far. */
export const readTypeViews = async (tx: Executor): Promise<readonly View[]> =>
  Object.entries(await readNames(tx)).map(([type, name]) => typeView(type, name));

/** The same, as far as they have been noted. */
export const notedTypeViews = async (tx: Executor): Promise<readonly View[]> =>
  Object.entries((await readSetting<Names>(tx, KEY)) ?? {}).map(([type, name]) => typeView(type, name));

const definitionOf = (object_type: string, slug: string, type: string): FieldDefinition => ({
  ...{ object_type, slug, type, label: null, description: null, options: null },
});

/** SQL: the fields of a row `r`, with none where it has no object. */
const FIELDS = sql`jsonb_each(CASE WHEN jsonb_typeof(r.custom_fields) = 'object' THEN r.custom_fields ELSE '{}' END) AS field(slug, value)`;
const isList: SQL = sql`jsonb_typeof(field.value) = 'array'`;

/**
 * The fields of custom objects, which nothing defines: those that rows have, and those that once had a column. A field is a
 * list where any row has one.
 */
export async function fieldsThatOccur(tx: Executor): Promise<readonly FieldDefinition[]> {
  const { rows } = await tx.execute<{ type: string; slug: string; many: boolean }>(sql`
    SELECT r.type, field.slug, bool_or(${isList}) AS many
      FROM ${table} AS r CROSS JOIN LATERAL ${FIELDS}
     WHERE r._deleted_at IS NULL AND r.type IS NOT NULL AND field.slug <> '' AND field.value <> 'null'
     GROUP BY 1, 2 ORDER BY 1, 2`);
  const known = await tx
    .selectDistinct({ kind: biColumns.object_type, slug: biColumns.slug, shape: biColumns.shape })
    .from(biColumns)
    .where(sql`starts_with(${biColumns.object_type}, ${PREFIX})`);
  const all = [
    ...known.map(({ kind, slug, shape }) => definitionOf(kind, slug, shape)),
    ...rows.map(({ type, slug, many }) => definitionOf(kindOf(type), slug, many ? 'texts' : 'text')),
  ];
  // A list is read as one although some rows have a single value; a column of text stays beside it once it is there.
  const lists = new Set(
    all.filter(({ type }) => type === 'texts').map(({ object_type, slug }) => `${object_type} ${slug}`),
  );
  const columns = new Set(known.map(({ kind, slug, shape }) => `${kind} ${slug} ${shape}`));
  const wanted = all.filter(
    ({ object_type, slug, type }) =>
      type === 'texts' ||
      !lists.has(`${object_type} ${slug}`) ||
      columns.has(`${object_type} ${slug} ${type}`),
  );
  return [...new Map(wanted.map((one) => [`${one.object_type} ${one.slug} ${one.type}`, one])).values()];
}

/** Whether any of these rows has a field that no column shows yet, or is of a type without a view. */
export async function hasNewFields(db: Executor, ids: readonly string[]): Promise<boolean> {
  const { rows } = await db.execute<{ is: boolean }>(sql`
    SELECT EXISTS (
      SELECT FROM ${table} AS r LEFT JOIN LATERAL ${FIELDS} ON field.value <> 'null' AND field.slug <> ''
       WHERE r.id = ANY(${sql.param([...ids])}::text[]) AND r._deleted_at IS NULL
         AND (NOT EXISTS (SELECT FROM pylon_sync.settings WHERE key = ${KEY} AND value ? r.type)
              OR field.slug IS NOT NULL AND NOT EXISTS (
                SELECT FROM ${biColumns} AS c
                 WHERE c.object_type = ${PREFIX} || r.type AND c.slug = field.slug
                   AND (c.shape = 'texts' OR NOT ${isList})))) AS "is"`);
  return rows[0]?.is === true;
}
