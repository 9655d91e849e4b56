import type { Resource } from '../../resources/define.ts';
import { factsIn } from '../../route.ts';
import { DEFINER, literal, MARK } from './names.ts';

const array = (names: readonly string[]) => `'{${names.join(',')}}'::text[]`;

/** SQL: a text array that depends on the function's parameter `resource`. */
function byResource(resources: readonly Resource[], of: (resource: Resource) => readonly string[]): string {
  const cases = resources
    .map((one) => [one.name, of(one)] as const)
    .filter(([, names]) => names.length > 0)
    .map(([name, names]) => `WHEN ${literal(name)} THEN ${array(names)}`);
  return cases.length === 0 ? array([]) : `CASE resource ${cases.join(' ')} ELSE ${array([])} END`;
}

const setsOf = ({ writes }: Resource) =>
  Object.entries(writes?.columns ?? {})
    .filter(([, { kind }]) => kind === 'set')
    .map(([column]) => column);

/** Columns that the path of the request for one record needs besides the id. */
const factsOf = ({ get = '' }: Resource) => factsIn(get);

/** SQL: the elements of a value that should be an array. */
const items = (value: string) =>
  `jsonb_array_elements(CASE WHEN jsonb_typeof(${value}) = 'array' THEN ${value} ELSE '[]' END)`;
const has = (value: string, item: string) =>
  `coalesce(CASE WHEN jsonb_typeof(${value}) = 'array' THEN ${value} @> jsonb_build_array(${item}) END, false)`;
const object = (value: string) => `CASE WHEN jsonb_typeof(${value}) = 'object' THEN ${value} ELSE '{}' END`;

/** SQL: whether a custom field has several values. */
const isSet = (base: string, wanted: string) => {
  const [before, after] = [base, wanted].map((value) => `coalesce(${value}, 'null')`);
  const isSingle = (value = '') => `(jsonb_typeof(${value}) <> 'array' AND ${value} NOT IN ('null', '""'))`;
  return `('array' IN (jsonb_typeof(${before}), jsonb_typeof(${after})) AND NOT ${isSingle(before)} AND NOT ${isSingle(after)})`;
};

/** The SQL functions that apply an edit to a row, in the same way as `src/edits/merge.ts`. */
export const valueFunctions = (resources: readonly Resource[]): readonly string[] => [
  `CREATE OR REPLACE FUNCTION pylon_sync.changed_set(base jsonb, wanted jsonb, onto jsonb) RETURNS jsonb
   LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
     SELECT coalesce(jsonb_agg(item ORDER BY part, place), '[]') FROM (
       SELECT 1 AS part, place, item FROM ${items('onto')} WITH ORDINALITY AS o(item, place)
        WHERE ${has('wanted', 'item')} OR NOT ${has('base', 'item')}
        UNION ALL
       SELECT 2, place, item FROM ${items('wanted')} WITH ORDINALITY AS w(item, place)
        WHERE NOT ${has('base', 'item')} AND NOT ${has('onto', 'item')}) AS kept $$`,

  `CREATE OR REPLACE FUNCTION pylon_sync.changed_fields(base jsonb, wanted jsonb, onto jsonb) RETURNS jsonb
   LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
     SELECT coalesce(jsonb_object_agg(slug, value), '{}') FROM (
       SELECT slug, value FROM jsonb_each(${object('onto')}) AS o(slug, value) WHERE NOT ${object('wanted')} ? slug
        UNION ALL
       SELECT slug, value FROM (
         SELECT slug, CASE WHEN ${isSet('base -> slug', 'value')}
                           THEN pylon_sync.changed_set(base -> slug, value, onto -> slug) ELSE value END AS value
           FROM jsonb_each(${object('wanted')}) AS w(slug, value)) AS changed
        WHERE value NOT IN ('null', '""', '[]')) AS fields $$`,

  // A custom field's value as Pylon stores it: as texts, whatever JSON it was written as.
  `CREATE OR REPLACE FUNCTION pylon_sync.as_texts(value jsonb) RETURNS jsonb
   LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
     SELECT CASE jsonb_typeof(value)
              WHEN 'number' THEN to_jsonb(value #>> '{}')
              WHEN 'boolean' THEN to_jsonb(value #>> '{}')
              WHEN 'array' THEN coalesce((SELECT jsonb_agg(pylon_sync.as_texts(item) ORDER BY place)
                                            FROM jsonb_array_elements(value) WITH ORDINALITY AS a(item, place)), '[]')
              ELSE value END $$`,

  // The custom fields of a statement, with changed ones as Pylon stores them. A value with the same meaning as
  // before stays unchanged.
  `CREATE OR REPLACE FUNCTION pylon_sync.texts_in(stood jsonb, given jsonb) RETURNS jsonb
   LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
     SELECT given || coalesce((
       SELECT jsonb_object_agg(slug, CASE WHEN pylon_sync.as_texts(${object('stood')} -> slug) = pylon_sync.as_texts(value)
                                          THEN stood -> slug ELSE pylon_sync.as_texts(value) END)
         FROM jsonb_each(given) AS g(slug, value)
        WHERE value IS DISTINCT FROM ${object('stood')} -> slug), '{}') $$`,

  // The columns that an edit changes, with their values after it.
  `CREATE OR REPLACE FUNCTION pylon_sync.changed_columns(resource text, base jsonb, wanted jsonb, onto jsonb) RETURNS jsonb
   LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
     SELECT coalesce(jsonb_object_agg(key, CASE
              WHEN key = 'custom_fields' THEN pylon_sync.changed_fields(base -> key, value, onto -> key)
              WHEN key = ANY (${byResource(resources, setsOf)}) THEN pylon_sync.changed_set(base -> key, value, onto -> key)
              ELSE value END), '{}')
       FROM jsonb_each(wanted) $$`,

  // The base of an edit, with the fields that another edit changed too taken from that one's base. Sets are
  // unaffected.
  `CREATE OR REPLACE FUNCTION pylon_sync.base_without(resource text, base jsonb, changes jsonb, other_base jsonb, other_changes jsonb)
     RETURNS jsonb
   LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
     SELECT base || coalesce(jsonb_object_agg(key, CASE
              WHEN key = 'custom_fields' THEN ${object('base -> key')} || (
                SELECT coalesce(jsonb_object_agg(slug, coalesce(other_base -> key -> slug, 'null')), '{}')
                  FROM jsonb_each(${object('changes -> key')}) AS c(slug, wanted)
                 WHERE ${object('value')} ? slug AND NOT ${isSet('base -> key -> slug', 'wanted')})
              WHEN key = ANY (${byResource(resources, setsOf)}) THEN base -> key
              ELSE coalesce(other_base -> key, 'null') END), '{}')
       FROM jsonb_each(other_changes) WHERE changes ? key $$`,

  // The columns of a table for which a JSON object has values, with their types, as a record definition. Only
  // these, because columns that a user has added may have types that refuse a value.
  `CREATE OR REPLACE FUNCTION pylon_sync.columns_of(resource text, given jsonb) RETURNS text
   LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
     SELECT string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum)
       FROM pg_attribute
      WHERE attrelid = format('pylon.%I', resource)::regclass AND attnum > 0 AND NOT attisdropped AND given ? attname $$`,

  // Values converted to the types of a table's columns.
  `CREATE OR REPLACE FUNCTION pylon_sync.as_columns(resource text, given jsonb) RETURNS jsonb
   LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
   DECLARE
     held jsonb;
   BEGIN
     EXECUTE format('SELECT to_jsonb(held) FROM jsonb_to_record($1) AS held(%s)', pylon_sync.columns_of(resource, given))
       INTO held USING given;
     RETURN held;
   END $$`,

  // Inserts a deleted row again, including users' columns but without generated ones.
  `CREATE OR REPLACE FUNCTION pylon_sync.put_row(resource text, given jsonb) RETURNS void
   LANGUAGE plpgsql ${DEFINER} AS $$
   DECLARE
     names text;
   BEGIN
     SELECT string_agg(format('%I', attname), ', ' ORDER BY attnum) INTO names FROM pg_attribute
      WHERE attrelid = format('pylon.%I', resource)::regclass AND attnum > 0 AND NOT attisdropped
        AND attgenerated = '' AND given ? attname;
     EXECUTE format('INSERT INTO pylon.%1$I (%2$s) OVERRIDING SYSTEM VALUE
                     SELECT %2$s FROM jsonb_to_record($1) AS given(%3$s) ON CONFLICT (id) DO NOTHING',
                    resource, names, pylon_sync.columns_of(resource, given))
       USING given;
   END $$`,

  // Merges two rows of one record: deletes the one that was inserted here, and moves users' columns and
  // references (by users' foreign keys with ON UPDATE CASCADE) to the one that a pull has stored.
  `CREATE OR REPLACE FUNCTION pylon_sync.merge_rows(resource text, provisional text, id text, mirrored text[]) RETURNS void
   LANGUAGE plpgsql ${DEFINER} AS $$
   DECLARE
     own jsonb;
     assignments text;
     referring record;
   BEGIN
     EXECUTE format('SELECT to_jsonb(held) - $2 FROM pylon.%I AS held WHERE held.id = $1', resource)
       INTO own USING provisional, mirrored;
     IF own IS NULL THEN RETURN; END IF;
     FOR referring IN
       SELECT c.conrelid::regclass AS relation, a.attname AS name
         FROM pg_constraint AS c
         JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
         JOIN pg_attribute AS r ON r.attrelid = c.confrelid AND r.attnum = c.confkey[1]
        WHERE c.contype = 'f' AND c.confrelid = format('pylon.%I', resource)::regclass AND c.confupdtype = 'c'
          AND cardinality(c.conkey) = 1 AND r.attname = 'id' AND c.conparentid = 0 LOOP
       EXECUTE format('UPDATE %1$s SET %2$I = $1 WHERE %2$I = $2', referring.relation, referring.name)
         USING merge_rows.id, provisional;
     END LOOP;
     EXECUTE format('DELETE FROM pylon.%I AS held WHERE held.id = $1', resource) USING provisional;
     SELECT string_agg(format('%1$I = given.%1$I', attname), ', ') INTO assignments FROM pg_attribute
      WHERE attrelid = format('pylon.%I', resource)::regclass AND attnum > 0 AND NOT attisdropped
        AND attgenerated = '' AND attidentity = '' AND own ? attname;
     IF assignments IS NULL THEN RETURN; END IF;
     EXECUTE format('UPDATE pylon.%I AS held SET %s FROM jsonb_to_record($1) AS given(%s) WHERE held.id = $2',
                    resource, assignments, pylon_sync.columns_of(resource, own)) USING own, merge_rows.id;
   END $$`,

  // Writes columns of a live row with the caller's privileges. Returns whether there was one.
  `CREATE OR REPLACE FUNCTION pylon_sync.put_columns(resource text, record_id text, columns jsonb) RETURNS boolean
   LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
   DECLARE
     assignments text;
     written integer;
   BEGIN
     SELECT string_agg(format('%1$I = given.%1$I', key), ', ') INTO assignments FROM jsonb_object_keys(columns) AS key;
     EXECUTE format('UPDATE pylon.%1$I AS held SET %2$s FROM jsonb_to_record($1) AS given(%3$s)
                      WHERE held.id = $2 AND held._deleted_at IS NULL',
                    resource, assignments, pylon_sync.columns_of(resource, columns))
       USING columns, record_id;
     GET DIAGNOSTICS written = ROW_COUNT;
     RETURN written > 0;
   END $$`,

  // Locks a live row and returns it as JSON; null if there is none.
  `CREATE OR REPLACE FUNCTION pylon_sync.locked_row(resource text, record_id text) RETURNS jsonb
   LANGUAGE plpgsql ${DEFINER} AS $$
   DECLARE
     found jsonb;
   BEGIN
     EXECUTE format('SELECT to_jsonb(held) FROM pylon.%I AS held
                      WHERE id = $1 AND _deleted_at IS NULL FOR NO KEY UPDATE', resource)
       INTO found USING record_id;
     RETURN found;
   END $$`,

  // Marks what follows as the daemon's own writes, also if a trigger calls this. Returns the previous mark, to
  // be restored.
  `CREATE OR REPLACE FUNCTION pylon_sync.mark_as_daemon(mark text) RETURNS text
   LANGUAGE plpgsql ${DEFINER} AS $$
   DECLARE
     before text := coalesce(current_setting('pylon_sync.daemon', true), '');
   BEGIN
     PERFORM set_config('pylon_sync.daemon', CASE mark WHEN 'on' THEN ${MARK} ELSE mark END, true);
     RETURN before;
   END $$`,

  // Queues a record to be fetched as soon as possible, and clears its hash so that the answer is written in any
  // case.
  `CREATE OR REPLACE FUNCTION pylon_sync.read_again(resource text, record_id text, known jsonb) RETURNS void
   LANGUAGE sql ${DEFINER} AS $$
     INSERT INTO pylon_sync.rereads (resource, record_id, facts, reason)
     SELECT resource, record_id, (SELECT coalesce(jsonb_object_agg(name, known -> name), '{}')
                                    FROM unnest(${byResource(resources, factsOf)}) AS name), 'hint'
         ON CONFLICT ON CONSTRAINT rereads_pkey
         DO UPDATE SET facts = excluded.facts, reason = excluded.reason, since = clock_timestamp() $$`,
];

/** The functions that are called with the caller's privileges. */
export const FOR_FUNCTIONS = [
  'changed_set(jsonb, jsonb, jsonb)',
  'changed_fields(jsonb, jsonb, jsonb)',
  'changed_columns(text, jsonb, jsonb, jsonb)',
  'columns_of(text, jsonb)',
  'as_columns(text, jsonb)',
  'put_columns(text, text, jsonb)',
];
