import { getTableColumns } from 'drizzle-orm';
import { takes, writableColumns } from '../../edits/body.ts';
import type { Resource } from '../../resources/define.ts';
import type { WriteColumn } from '../../resources/writes.ts';
import { DEFINER, foreign, identifier, literal, tableOf } from './names.ts';
import { REFUSED } from './shared.ts';

const DIFFERS = (column: string) => `NEW.${identifier(column)} IS DISTINCT FROM OLD.${identifier(column)}`;

/** A value as edits keep it: instants in UTC, whatever the session's zone. */
function jsonOf(row: 'NEW' | 'OLD', column: string, type: string): string {
  const name = `${row}.${identifier(column)}`;
  if (type !== 'timestamp with time zone') return `to_jsonb(${name})`;
  return `to_jsonb(to_char(${name} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`;
}

/** Custom fields that a statement changed: unknown and read-only ones are refused. */
function customFields(name: string, { objectType, builtIn = [] }: NonNullable<Resource['writes']>): string {
  return `
     IF NEW.custom_fields IS DISTINCT FROM OLD.custom_fields THEN
       IF jsonb_typeof(NEW.custom_fields) IS DISTINCT FROM 'object' THEN
         RAISE EXCEPTION 'custom_fields of pylon.${name} takes an object, slug to value'
           USING ERRCODE = '${REFUSED.value}', COLUMN = 'custom_fields',
                 HINT = 'custom_fields || ''{"slug": "value"}'' sets one, custom_fields - ''slug'' unsets one.';
       END IF;
       SELECT jsonb_object_agg(coalesce(n.key, o.key), coalesce(n.value, 'null')),
              jsonb_object_agg(coalesce(n.key, o.key), coalesce(o.value, 'null'))
         INTO wanted, stood
         FROM jsonb_each(NEW.custom_fields) AS n
         FULL JOIN jsonb_each(CASE WHEN jsonb_typeof(OLD.custom_fields) = 'object' THEN OLD.custom_fields ELSE '{}' END) AS o
           ON n.key = o.key
        WHERE n.value IS DISTINCT FROM o.value;
       IF wanted IS NOT NULL THEN
         SELECT string_agg(format('"%s" %s', given.slug, CASE WHEN field.slug IS NULL THEN 'is unknown' ELSE 'is read-only' END), ', ')
           INTO wrong
           FROM jsonb_object_keys(wanted) AS given(slug)
           LEFT JOIN LATERAL (
             SELECT f.slug, f.is_read_only FROM pylon.custom_fields AS f
              WHERE f.object_type = ${literal(objectType ?? '')} AND f.slug = given.slug AND f._deleted_at IS NULL
              ORDER BY f.is_read_only IS TRUE LIMIT 1) AS field(slug, is_read_only) ON true
          WHERE (field.slug IS NULL OR field.is_read_only IS TRUE)
            AND given.slug <> ALL (${builtIn.length === 0 ? `'{}'::text[]` : `ARRAY[${builtIn.map(literal).join(', ')}]`});
         IF wrong IS NOT NULL THEN
           RAISE EXCEPTION 'custom field of pylon.${name}: %', wrong
             USING ERRCODE = '${REFUSED.value}', COLUMN = 'custom_fields',
                   HINT = 'Can be changed: ' || coalesce((
                     SELECT string_agg(f.slug, ', ' ORDER BY f.slug) FROM pylon.custom_fields AS f
                      WHERE f.object_type = ${literal(objectType ?? '')} AND f.is_read_only IS NOT TRUE
                        AND f._deleted_at IS NULL), 'none');
         END IF;
         changes := changes || jsonb_build_object('custom_fields', wanted);
         base := base || jsonb_build_object('custom_fields', stood);
       END IF;
     END IF;`;
}

/** Refuses what a column can never take. */
function refusals(table: string, column: string, { empty, values }: WriteColumn): string {
  const name = identifier(column);
  const whenNull =
    empty === undefined
      ? `
       IF NEW.${name} IS NULL THEN
         RAISE EXCEPTION 'column "${column}" of pylon.${table} cannot be emptied: Pylon has no way to'
           USING ERRCODE = '${REFUSED.null}', COLUMN = ${literal(column)};
       END IF;`
      : '';
  const whenOther =
    values === undefined
      ? ''
      : `
       IF NEW.${name} <> ALL (ARRAY[${values.map(literal).join(', ')}]) THEN
         RAISE EXCEPTION 'column "${column}" of pylon.${table} cannot be "%"', NEW.${name}
           USING ERRCODE = '${REFUSED.value}', COLUMN = ${literal(column)}, HINT = ${literal(`It takes ${values.join(', ')}.`)};
       END IF;`;
  return whenNull + whenOther;
}

/** Columns of a condition: what Pylon has made of them itself, and nobody changes here, is no impossibility. */
const namedIn = (when: string): readonly string[] => [
  ...new Set([...when.matchAll(/NEW\.(\w+)/g)].map(([, column]) => column ?? '')),
];

function captureFunction(resource: Resource): string {
  const { name, writes } = resource;
  const types = getTableColumns(resource.table) as Record<string, { getSQLType(): string }>;
  const columns = Object.entries(writes?.columns ?? {}).filter(([, column]) => takes(column, 'update'));
  const plain = columns.map(([column, how]) => {
    if (how.kind === 'custom_fields') return customFields(name, writes as NonNullable<typeof writes>);
    const type = types[column]?.getSQLType() ?? '';
    return `
     IF ${DIFFERS(column)} THEN${refusals(name, column, how)}
       changes := changes || jsonb_build_object(${literal(column)}, ${jsonOf('NEW', column, type)});
       base := base || jsonb_build_object(${literal(column)}, ${jsonOf('OLD', column, type)});
     END IF;`;
  });
  const impossible = (writes?.impossible ?? []).map(
    ({ column, when, because }) => `
     IF (${namedIn(when).map(DIFFERS).join(' OR ')}) AND (${when}) THEN
       RAISE EXCEPTION 'column "${column}" of pylon.${name}: %', ${literal(because)}
         USING ERRCODE = '${REFUSED.value}', COLUMN = ${literal(column)};
     END IF;`,
  );
  return `CREATE OR REPLACE FUNCTION pylon_sync.${identifier(`capture_${name}`)}() RETURNS trigger
   LANGUAGE plpgsql ${DEFINER} AS $$
   DECLARE
     changes jsonb := '{}';
     base jsonb := '{}';
     wanted jsonb;
     stood jsonb;
     wrong text;
   BEGIN${plain.join('')}${impossible.join('')}
     IF changes <> '{}' THEN
       INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid)
       VALUES (${literal(name)}, NEW.id, 'update', changes, base,
               CASE WHEN lower(current_setting('pylon_sync.draft', true)) IN ('on', 'true', 'yes', '1')
                    THEN 'draft' ELSE 'pending' END,
               session_user, pg_current_xact_id()::text::bigint);
     END IF;
     RETURN NULL;
   END $$`;
}

/** What can be changed of a resource, for people. */
function offer(resource: Resource): string {
  const columns = writableColumns(resource.writes, 'update');
  return columns.length === 0
    ? `Pylon lets one change nothing of ${resource.name}.`
    : `Can be changed: ${columns.join(', ')}.`;
}

/**
 * The functions and triggers of one mirror table: what people change becomes edits, what Pylon cannot change is
 * refused, what the daemon writes is left alone. Made anew as a whole, in place.
 */
export function captureOf(resource: Resource, owner: string): readonly string[] {
  const { name } = resource;
  const table = tableOf(name);
  const written = writableColumns(resource.writes, 'update');
  const others = Object.keys(getTableColumns(resource.table)).filter((column) => !written.includes(column));
  const fixed = others.filter((column) => column !== '_synced_at');
  const list = (columns: readonly string[]) => columns.map(identifier).join(', ');
  const row = (of: string, columns: readonly string[]) =>
    columns.map((c) => `${of}.${identifier(c)}`).join(', ');
  const differ = (columns: readonly string[]) =>
    `(${row('OLD', columns)}) IS DISTINCT FROM (${row('NEW', columns)})`;
  const trigger = (title: string, what: string) =>
    `CREATE OR REPLACE TRIGGER ${identifier(`pylon_sync_${title}`)} ${what}`;
  const refuseAll = (title: string, operation: string, why: string) =>
    trigger(
      title,
      `AFTER ${operation} ON ${table} FOR EACH ROW WHEN (${foreign(owner)}) EXECUTE FUNCTION pylon_sync.refuse_statement(${literal(why)})`,
    );
  const capturing =
    written.length === 0
      ? []
      : [
          captureFunction(resource),
          trigger(
            'before',
            `BEFORE UPDATE ON ${table} FOR EACH ROW
             WHEN (${foreign(owner)} AND (OLD._deleted_at IS NOT NULL OR OLD._synced_at IS DISTINCT FROM NEW._synced_at OR ${differ(written)}))
             EXECUTE FUNCTION pylon_sync.before_edit()`,
          ),
          trigger(
            'capture',
            `AFTER UPDATE ON ${table} FOR EACH ROW WHEN (${foreign(owner)} AND ${differ(written)})
             EXECUTE FUNCTION pylon_sync.${identifier(`capture_${name}`)}()`,
          ),
          trigger(
            'edited',
            `AFTER UPDATE ON ${table} FOR EACH STATEMENT WHEN (${foreign(owner)})
             EXECUTE FUNCTION pylon_sync.after_edits()`,
          ),
        ];
  return [
    ...capturing,
    trigger(
      'refuse',
      `AFTER UPDATE OF ${list(fixed)} ON ${table} FOR EACH ROW WHEN (${foreign(owner)} AND ${differ(fixed)})
       EXECUTE FUNCTION pylon_sync.refuse_update(${[offer(resource), ...fixed].map(literal).join(', ')})`,
    ),
    refuseAll('no_insert', 'INSERT', 'objects are created in Pylon'),
    refuseAll('no_delete', 'DELETE', 'objects are deleted in Pylon'),
    trigger(
      'no_truncate',
      `BEFORE TRUNCATE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION pylon_sync.refuse_statement('it would empty the mirror and leave Pylon as it is')`,
    ),
  ];
}
