import { DEFINER } from '../names.ts';

/**
 * Merges two rows of one record: deletes the one that was inserted here, and moves users' columns and references (by
 * users' foreign keys with ON UPDATE CASCADE) to the one that a pull has stored.
 */
export const mergeRows = `
CREATE OR REPLACE FUNCTION pylon_sync._merge_rows(resource text, provisional text, id text, mirrored text[])
RETURNS void
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  own jsonb;
  assignments text;
  referring record;
BEGIN
  EXECUTE format('SELECT to_jsonb(existing) - $2 FROM pylon.%I AS existing WHERE existing.id = $1', resource)
  INTO own
  USING provisional, mirrored;

  IF own IS NULL THEN
    RETURN;
  END IF;

  FOR referring IN
    SELECT
      c.conrelid::regclass AS relation,
      a.attname AS name
    FROM pg_constraint AS c
    JOIN pg_attribute AS a
      ON a.attrelid = c.conrelid
      AND a.attnum = c.conkey[1]
    JOIN pg_attribute AS r
      ON r.attrelid = c.confrelid
      AND r.attnum = c.confkey[1]
    WHERE c.contype = 'f'
      AND c.confrelid = format('pylon.%I', resource)::regclass
      AND c.confupdtype = 'c'
      AND cardinality(c.conkey) = 1
      AND r.attname = 'id'
      AND c.conparentid = 0
  LOOP
    EXECUTE format('UPDATE %1$s SET %2$I = $1 WHERE %2$I = $2', referring.relation, referring.name)
    USING _merge_rows.id, provisional;
  END LOOP;

  EXECUTE format('DELETE FROM pylon.%I AS existing WHERE existing.id = $1', resource)
  USING provisional;

  SELECT string_agg(format('%1$I = given.%1$I', attname), ', ')
  INTO assignments
  FROM pg_attribute
  WHERE attrelid = format('pylon.%I', resource)::regclass
    AND attnum > 0
    AND NOT attisdropped
    AND attgenerated = ''
    AND attidentity = ''
    AND own ? attname;

  IF assignments IS NULL THEN
    RETURN;
  END IF;

  EXECUTE format(
    'UPDATE pylon.%I AS existing SET %s FROM jsonb_to_record($1) AS given(%s) WHERE existing.id = $2',
    resource,
    assignments,
    pylon_sync._columns_of(resource, own)
  )
  USING own, _merge_rows.id;
END $$`;
