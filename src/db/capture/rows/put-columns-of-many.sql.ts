import { DEFINER } from '../names.ts';

/** Writes columns of live rows: to each its own. One statement for all rows with the same columns. */
export const putColumnsOfMany = `
CREATE OR REPLACE FUNCTION pylon_sync._put_columns_of_many(resource text, record_ids text[], columns jsonb[])
RETURNS void
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  alike record;
BEGIN
  FOR alike IN
    SELECT
      array_agg(one.record_id) AS ids,
      array_agg(one.columns) AS given,
      (SELECT string_agg(format('%1$I = given.%1$I', name), ', ') FROM unnest(named.names) AS name) AS assignments
    FROM unnest(record_ids, columns) AS one(record_id, columns)
    CROSS JOIN LATERAL (SELECT ARRAY(SELECT jsonb_object_keys(one.columns))) AS named(names)
    GROUP BY named.names
    ORDER BY named.names
  LOOP
    EXECUTE format(
      'UPDATE pylon.%1$I AS existing SET %2$s
       FROM unnest($1, $2) AS one(id, columns), LATERAL jsonb_to_record(one.columns) AS given(%3$s)
       WHERE existing.id = one.id AND existing._deleted_at IS NULL',
      resource,
      alike.assignments,
      pylon_sync._columns_of(resource, alike.given[1])
    )
    USING alike.ids, alike.given;
  END LOOP;
END $$`;
