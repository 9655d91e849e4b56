import { DEFINER } from '../names.ts';

/**
 * Inserts deleted rows again, including users' columns but without generated ones. One statement for all rows with the
 * same columns.
 */
const many = `
CREATE OR REPLACE FUNCTION pylon_sync._put_rows(resource text, given jsonb[])
RETURNS void
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  alike record;
  names text;
BEGIN
  FOR alike IN
    SELECT array_agg(one.given) AS given
    FROM unnest(given) AS one(given)
    CROSS JOIN LATERAL (SELECT ARRAY(SELECT jsonb_object_keys(one.given))) AS named(names)
    WHERE one.given IS NOT NULL
    GROUP BY named.names
    ORDER BY named.names
  LOOP
    SELECT string_agg(format('%I', attname), ', ' ORDER BY attnum)
    INTO names
    FROM pg_attribute
    WHERE attrelid = format('pylon.%I', resource)::regclass
      AND attnum > 0
      AND NOT attisdropped
      AND attgenerated = ''
      AND alike.given[1] ? attname;

    EXECUTE format(
      'INSERT INTO pylon.%1$I (%2$s) OVERRIDING SYSTEM VALUE
       SELECT %2$s FROM unnest($1) AS one(given), LATERAL jsonb_to_record(one.given) AS given(%3$s)
       ON CONFLICT (id) DO NOTHING',
      resource,
      names,
      pylon_sync._columns_of(resource, alike.given[1])
    )
    USING alike.given;
  END LOOP;
END $$`;

/** The same for one row. */
const one = `
CREATE OR REPLACE FUNCTION pylon_sync._put_row(resource text, given jsonb)
RETURNS void
LANGUAGE plpgsql ${DEFINER}
AS $$
BEGIN
  PERFORM pylon_sync._put_rows(resource, ARRAY[given]);
END $$`;

export const putRow: readonly string[] = [many, one];
