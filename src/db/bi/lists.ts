import type { CustomFields, Resource } from '../../resources/define.ts';
import { column, type ListView } from '../../resources/views.ts';
import { tableOf } from '../capture/names.ts';
import type { View } from './view.ts';

/** The view of a list in the rows of a resource: the columns that name the row, then those of an element. */
function listView(
  { name: table, naming = {} }: Resource,
  { name, comment, columns, each, joins = '', where = 'true' }: ListView,
): View {
  return {
    ...{ name, comment, columns: { ...naming, ...columns } },
    from: `FROM ${tableOf(table)} AS r CROSS JOIN LATERAL ${each} ${joins} WHERE r._deleted_at IS NULL AND ${where}`,
  };
}

/**
 * The options that a record has in its multiselect custom fields, one per row, since many tools cannot filter lists.
 */
const fieldOptions = (table: string, { kind, optionColumns = {} }: CustomFields): ListView => ({
  name: `${kind}_field_options`,
  comment: `Options that ${table} have in custom fields of several options, one row per ${kind}, field and option.`,
  // If a slug is defined twice, the older definition counts.
  each: `(SELECT DISTINCT ON (slug) slug, label, type, select_metadata -> 'options' AS options FROM pylon.custom_fields
             WHERE object_type = '${kind}' AND _deleted_at IS NULL ORDER BY slug, created_at, id) AS field
      CROSS JOIN LATERAL unnest(pylon_bi.to_texts(r.custom_fields -> field.slug)) AS each(one)`,
  where: "field.type = 'multiselect'",
  columns: {
    field_slug: column('field.slug', 'The custom field: custom_fields.slug.'),
    field_label: column('field.label', 'The label of the field.'),
    option_slug: column('each.one', 'The option, as custom_fields of the table has it.'),
    option_label: column(
      `coalesce((SELECT option.one ->> 'label'
                     FROM jsonb_array_elements(CASE jsonb_typeof(field.options) WHEN 'array' THEN field.options END) AS option(one)
                    WHERE option.one ->> 'slug' = each.one LIMIT 1), each.one)`,
      'The label of the option.',
    ),
    ...optionColumns,
  },
});

/** The views of the lists in the rows of a resource, one row per element. */
export const listViews = (resource: Resource): readonly View[] => {
  const { name, lists = [], customFields } = resource;
  const all = customFields === undefined ? lists : [...lists, fieldOptions(name, customFields)];
  return all.map((list) => listView(resource, list));
};
