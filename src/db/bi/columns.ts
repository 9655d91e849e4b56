import { sql } from 'drizzle-orm';
import type { ViewColumn } from '../../resources/views.ts';
import type { Executor } from '../connection/connect.ts';
import { biColumns } from '../tables.ts';
import { views } from './all.ts';
import type { FieldEdit } from './editing/fields.ts';
import {
  expressionOf,
  type FieldColumn,
  type FieldDefinition,
  fieldComment,
  labelsOf,
  newColumns,
  shapeOf,
  typeOf,
} from './fields.ts';
import { fieldsThatOccur } from './types.ts';
import type { View } from './view.ts';

/**
 * The greatest number of columns that a view gets with custom fields. Postgres allows 1,600; the rest is left for
 * columns of later versions, and for queries that join another view to all of these (1,664 in one list).
 */
export const MOST_COLUMNS = 1_500;

/** The custom fields that are mirrored, and the columns that they have. */
export interface Fields {
  readonly defined: readonly FieldDefinition[];
  readonly columns: readonly FieldColumn[];
}

async function definitions(tx: Executor): Promise<readonly FieldDefinition[]> {
  // If a slug is defined twice, the older definition counts.
  const { rows } = await tx.execute<FieldDefinition & Record<string, unknown>>(sql`
    SELECT DISTINCT ON (object_type, slug) object_type, slug, label, description, type, select_metadata -> 'options' AS options
      FROM pylon.custom_fields
     WHERE _deleted_at IS NULL AND object_type IS NOT NULL AND slug IS NOT NULL
     ORDER BY object_type, slug, created_at, id`);
  return rows;
}

const knownColumns = async (tx: Executor) =>
  (await tx
    .select({
      object_type: biColumns.object_type,
      slug: biColumns.slug,
      shape: biColumns.shape,
      part: biColumns.part,
      name: biColumns.name,
    })
    .from(biColumns)
    .orderBy(biColumns.id)) as readonly FieldColumn[];

/**
 * Reads the custom fields, and notes the columns of new ones. One transaction at a time does this, so that each is
 * noted once.
 */
export async function readFields(tx: Executor, all: readonly View[] = views): Promise<Fields> {
  const isTyped = all.some(({ ofType }) => ofType !== undefined);
  const defined = [...(await definitions(tx)), ...(isTyped ? await fieldsThatOccur(tx) : [])];
  const shown = defined.filter(({ object_type }) => all.some(({ fieldsOf }) => fieldsOf === object_type));
  const before = await knownColumns(tx);
  if (newColumns(shown, before).length === 0) return { defined, columns: before };
  await tx.execute(sql`LOCK TABLE ${biColumns} IN SHARE ROW EXCLUSIVE MODE`);
  // Now this transaction sees what others have noted meanwhile.
  const known = await knownColumns(tx);
  const added = newColumns(shown, known);
  if (added.length > 0) await tx.insert(biColumns).values([...added]);
  return { defined, columns: [...known, ...added] };
}

/** A custom field's column of a view. */
interface Filled extends ViewColumn, FieldEdit {
  /** The field, with the shape of its values. */
  readonly field: string;
}

function filled(view: View, { columns, defined }: Fields): readonly Filled[] {
  const own = new Map(
    defined
      .filter(({ object_type }) => object_type === view.fieldsOf)
      .map((definition) => [`${shapeOf(definition)} ${definition.slug}`, definition]),
  );
  return columns
    .filter(({ object_type }) => object_type === view.fieldsOf)
    .map((column) => {
      const { name, slug, shape, part } = column;
      const field = `${shape} ${slug}`;
      const definition = own.get(field);
      const type = typeOf(column);
      const expression =
        definition === undefined ? `NULL::${type}` : `(${expressionOf(column, definition)})::${type}`;
      const comment = fieldComment(column, definition);
      return {
        ...{ name, field, slug, shape, part, sql: expression, comment },
        labels: labelsOf(definition?.options),
        isDefined: definition !== undefined,
      };
    });
}

/** The columns of custom fields that a view gets besides its own, and the fields for which it has no room. */
export interface Fitted {
  readonly columns: Readonly<Record<string, ViewColumn>>;
  /** The same, as far as edits are concerned. */
  readonly edits: readonly FieldEdit[];
  /** Slugs. */
  readonly leftOut: readonly string[];
}

/**
 * Fits custom fields into a view. Existing columns stay. New fields follow, each with all its columns, in the order
 * in which they were first seen, as long as there is room.
 */
export function fitFields(view: View, fields: Fields, stands: ReadonlySet<string>): Fitted {
  const all = filled(view, fields);
  const later = Object.keys(view.columns).filter((name) => !stands.has(name)).length;
  let room = MOST_COLUMNS - stands.size - later;
  const missing = new Map<string, Filled[]>();
  for (const column of all)
    if (!stands.has(column.name)) missing.set(column.field, [...(missing.get(column.field) ?? []), column]);
  const leftOut = new Set<string>();
  const out = new Set<string>();
  // Existing fields come before deleted ones.
  const inOrder = [...missing].sort(([, [a]], [, [b]]) => Number(b?.isDefined) - Number(a?.isDefined));
  for (const [field, columns] of inOrder) {
    if (columns.length <= room) {
      room -= columns.length;
      continue;
    }
    out.add(field);
    for (const { slug, isDefined } of columns) if (isDefined) leftOut.add(slug);
  }
  const shown = all.filter(({ name, field }) => stands.has(name) || !out.has(field));
  return {
    columns: Object.fromEntries(
      shown.map(({ name, sql: expression, comment }) => [name, { sql: expression, comment }]),
    ),
    edits: shown.map(({ name, slug, shape, part, labels, isDefined }) => ({
      ...{ name, slug, shape, part, isDefined },
      ...(labels === undefined || Object.keys(labels).length === 0 ? {} : { labels }),
    })),
    leftOut: [...leftOut],
  };
}
