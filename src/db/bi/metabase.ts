import { column } from '../../resources/views.ts';
import type { View } from './view.ts';

/**
 * Metabase's semantic type of columns by their name, which decides how it links, formats and filters them. The first
 * match counts.
 */
const KINDS: readonly (readonly [pattern: string, kind: string])[] = [
  ['^id$', 'type/PK'],
  ['(^|_)id$', 'type/FK'],
  ['(^|_)email$', 'type/Email'],
  ['^avatar_url$|_avatar_url$', 'type/AvatarURL'],
  ['(^|_)(url|link)$', 'type/URL'],
  ['^created_at$|^submitted_at$', 'type/CreationTimestamp'],
  ['^updated_at$', 'type/UpdatedTimestamp'],
  ['^(name|.*_name)$', 'type/Name'],
  ['^(title|.*_title)$', 'type/Title'],
  [
    '^(state|state_label|state_category|status|type|source|priority|object_type|action|author_kind)$',
    'type/Category',
  ],
  ['_seconds$', 'type/Duration'],
  ['^score$', 'type/Score'],
  ['_percent$', 'type/Percentage'],
  ['(^description|_text|_html)$', 'type/Description'],
];

/**
 * The view that Metabase finds by its name and reads the semantic types of columns from. Metabase accepts neither
 * dots nor schemas in names there, so that it serves connections that show `pylon_bi` only.
 *
 * Source: metabase/metabase, src/metabase/sync/sync_metadata/metabase_metadata.clj
 */
export const metabaseMetadata: View = {
  name: '_metabase_metadata',
  comment: 'What Metabase reads to know what columns are.',
  from: `FROM (
   SELECT shown.relname || '.' || attribute.attname || '.semantic_type' AS keypath, kind.value
     FROM pg_catalog.pg_class AS shown
     JOIN pg_catalog.pg_attribute AS attribute ON attribute.attrelid = shown.oid AND attribute.attnum > 0 AND NOT attribute.attisdropped
    CROSS JOIN LATERAL (
      SELECT known.value FROM (VALUES ${KINDS.map(([pattern, kind], place) => `(${place}, '${pattern}', '${kind}')`).join(', ')}) AS known(place, pattern, value)
       WHERE attribute.attname ~ known.pattern ORDER BY known.place LIMIT 1) AS kind
    WHERE shown.relnamespace = 'pylon_bi'::regnamespace AND shown.relkind = 'v' AND shown.relname NOT LIKE '\\_%'
      AND strpos(shown.relname || attribute.attname, '.') = 0
    UNION ALL
   SELECT shown.relname || '.description', pg_catalog.obj_description(shown.oid, 'pg_class')
     FROM pg_catalog.pg_class AS shown
    WHERE shown.relnamespace = 'pylon_bi'::regnamespace AND shown.relkind = 'v' AND shown.relname NOT LIKE '\\_%') AS r`,
  columns: {
    keypath: column('r.keypath', 'The property, as view.column.property.'),
    value: column('r.value', 'The value of the property.'),
  },
};
