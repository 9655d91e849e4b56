import { REFUSED } from '../../capture/sqlstates.ts';

/** How many candidates an error names. */
const NAMED = 5;

/**
 * The id of the one live record that has the given values, as its caller sees the table. A value is matched exactly,
 * else without regard to case. All values NULL: no record, NULL.
 *
 * `spec` says where the values are: `view`, `reference` (the column that gets the id), `resource`, and under `columns`
 * the view's columns, each with `by` (the resource's column) and `orIn` (a list that may have the value instead).
 * `given` has the values by the view's columns. The last answer is kept for the rest of the statement, since a
 * statement often gives all rows the same.
 */
export const referred = `
CREATE OR REPLACE FUNCTION pylon_bi._referred(spec jsonb, given jsonb)
RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  -- Columns of custom fields are called as no setting can be.
  kept CONSTANT text := 'pylon_sync.found_' || md5(concat_ws('.', spec ->> 'view', spec ->> 'reference'));
  asked CONSTANT text := concat_ws(' ', statement_timestamp(), current_user, given);
  answer jsonb := nullif(current_setting(kept, true), '')::jsonb;
  resource CONSTANT text := spec ->> 'resource';
  candidates text;
  conditions text;
  ids text[];
  called text;
BEGIN
  IF jsonb_strip_nulls(given) = '{}' THEN
    RETURN NULL;
  END IF;
  IF answer ->> 'asked' = asked THEN
    RETURN answer ->> 'id';
  END IF;

  FOR is_exact IN REVERSE 1 .. 0 LOOP
    SELECT string_agg(
      CASE
        WHEN value IS NULL THEN format('r.%I IS NULL', by)
        WHEN is_exact = 1 AND or_in IS NULL THEN format('r.%I = %L', by, value)
        WHEN is_exact = 1 THEN format('(r.%I = %L OR %L = ANY (r.%I))', by, value, value, or_in)
        WHEN or_in IS NULL THEN format('lower(r.%I) = lower(%L)', by, value)
        ELSE format(
          '(lower(r.%I) = lower(%L) OR EXISTS (SELECT FROM unnest(r.%I) AS other WHERE lower(other) = lower(%L)))',
          by, value, or_in, value
        )
      END, ' AND ')
    INTO conditions
    FROM (
      SELECT spec -> 'columns' -> key ->> 'by', spec -> 'columns' -> key ->> 'orIn', one.value
      FROM jsonb_each_text(given) AS one
    ) AS asked_for(by, or_in, value);

    EXECUTE format(
      'SELECT array_agg(id ORDER BY id) FROM (SELECT r.id FROM pylon.%I AS r WHERE r._deleted_at IS NULL AND %s ORDER BY r.id LIMIT ${NAMED + 1}) AS found',
      resource, conditions
    ) INTO ids;
    EXIT WHEN ids IS NOT NULL;
  END LOOP;

  IF cardinality(ids) = 1 THEN
    PERFORM set_config(kept, jsonb_build_object('asked', asked, 'id', ids[1])::text, true);
    RETURN ids[1];
  END IF;

  SELECT string_agg(format('%s %s', key, coalesce(quote_literal(value), 'NULL')), ' and ' ORDER BY key)
  INTO called
  FROM jsonb_each_text(given);
  IF ids IS NULL THEN
    RAISE EXCEPTION 'pylon_bi.%: % fits no row of pylon.%', spec ->> 'view', called, resource
      USING ERRCODE = '${REFUSED.value}', COLUMN = (SELECT min(key) FROM jsonb_object_keys(given) AS key),
            HINT = format('It sets %s to the row that is called so. To change what that row is called, change pylon.%I.',
                          spec ->> 'reference', resource);
  END IF;
  EXECUTE format(
    'SELECT string_agg(concat_ws('' '', r.id, ''('' || nullif(concat_ws('', '', %s), '''') || '')''), '', '' ORDER BY r.id)
     FROM pylon.%I AS r WHERE r.id = ANY ($1)',
    (SELECT string_agg(format('r.%I', one.value ->> 'by'), ', ' ORDER BY one.value ->> 'by' DESC) FROM jsonb_each(spec -> 'columns') AS one),
    resource
  ) INTO candidates USING ids[1:${NAMED}];
  RAISE EXCEPTION 'pylon_bi.%: % fits more than one row of pylon.%', spec ->> 'view', called, resource
    USING ERRCODE = '${REFUSED.value}', COLUMN = (SELECT min(key) FROM jsonb_object_keys(given) AS key),
          DETAIL = candidates || CASE WHEN cardinality(ids) > ${NAMED} THEN ', ...' ELSE '' END,
          HINT = format('Set %s to the id of the one that you mean.', spec ->> 'reference');
END $$`;
