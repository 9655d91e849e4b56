/** The setting in which the changed rows of a view wait, as the elements of a JSON array. */
export const rowsOf = (view: string): string => `pylon_sync.rows_of_${view}`;

/**
 * Writes the rows of a view that wait in the setting `rowsOf` to their table, with the caller's privileges: one UPDATE for
 * all rows that change the same columns. Columns with another value than the statement has read are not overwritten:
 * the statement fails, to be repeated. A row that the same statement has written before is not written again, as in an
 * UPDATE of the table whose FROM matches a row several times.
 */
export const writeRows = `
CREATE OR REPLACE FUNCTION pylon_bi._write_rows(shown text, resource text)
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  waiting CONSTANT text := '${rowsOf('')}' || shown;
  all_rows CONSTANT jsonb := ('[' || nullif(current_setting(waiting, true), '') || ']')::jsonb;
  batch record;
  source text;
  is_new text;
  assignments text;
  written bigint;
  stale text;
BEGIN
  IF all_rows IS NULL THEN
    RETURN;
  END IF;
  -- A trigger of the table may change the view in its turn: it begins with nothing waiting.
  PERFORM set_config(waiting, '', true);

  FOR batch IN
    SELECT
      ARRAY(SELECT key FROM jsonb_object_keys(row -> 'wanted') AS key ORDER BY key) AS columns,
      row ? 'fields' AS has_fields,
      count(DISTINCT row ->> 'id') AS many,
      jsonb_agg(row ORDER BY place) AS rows
    FROM jsonb_array_elements(all_rows) WITH ORDINALITY AS given(row, place)
    GROUP BY 1, 2
    ORDER BY min(place)
  LOOP
    SELECT
      'jsonb_to_recordset($1) AS given(id text, wanted jsonb, stood jsonb, fields jsonb, fields_stood jsonb)'
        || CASE WHEN count(*) > 0 THEN format(
             ' CROSS JOIN LATERAL jsonb_to_record(given.wanted) AS is_to_be(%1$s)
               CROSS JOIN LATERAL jsonb_to_record(given.stood) AS was(%1$s)',
             string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum)
           ) ELSE '' END,
      concat_ws(' AND ',
        -- An array is compared by its elements: JSON has no bounds.
        string_agg(format(
          CASE WHEN atttypid::regtype::text LIKE '%[]'
            THEN 'to_jsonb(existing.%1$I) IS NOT DISTINCT FROM to_jsonb(was.%1$I)'
            ELSE 'existing.%1$I IS NOT DISTINCT FROM was.%1$I'
          END, attname), ' AND ' ORDER BY attnum),
        CASE WHEN batch.has_fields THEN
          'NOT EXISTS (SELECT FROM jsonb_each(given.fields_stood) AS f WHERE coalesce(existing.custom_fields -> f.key, ''null'') <> f.value)'
        END),
      concat_ws(', ',
        string_agg(format('%1$I = is_to_be.%1$I', attname), ', ' ORDER BY attnum),
        CASE WHEN batch.has_fields THEN
          'custom_fields = (coalesce(existing.custom_fields, ''{}'') || given.fields)
             - ARRAY(SELECT key FROM jsonb_each(given.fields) WHERE value = ''null'')'
        END)
    INTO source, is_new, assignments
    FROM pg_attribute
    WHERE attrelid = format('pylon.%I', resource)::regclass AND attnum > 0 AND NOT attisdropped
      AND attname = ANY (batch.columns);

    EXECUTE format('UPDATE pylon.%I AS existing SET %s FROM %s WHERE existing.id = given.id AND %s',
                   resource, assignments, source, is_new)
    USING batch.rows;
    GET DIAGNOSTICS written = ROW_COUNT;
    CONTINUE WHEN written >= batch.many;

    EXECUTE format('SELECT given.id FROM %s JOIN pylon.%I AS existing ON existing.id = given.id
                     WHERE existing._synced_at <> statement_timestamp() AND NOT (%s) LIMIT 1',
                   source, resource, is_new)
    INTO stale USING batch.rows;
    IF stale IS NOT NULL THEN
      RAISE EXCEPTION '% % has changed since this statement read it', resource, stale
        USING ERRCODE = '40001', HINT = 'Repeat the statement.';
    END IF;
  END LOOP;
END $$`;
