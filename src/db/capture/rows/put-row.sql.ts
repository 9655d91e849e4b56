import { DEFINER } from '../names.ts';

/** Inserts a deleted row again, including users' columns but without generated ones. */
export const putRow = `
CREATE OR REPLACE FUNCTION pylon_sync._put_row(resource text, given jsonb)
RETURNS void
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  names text;
BEGIN
  SELECT string_agg(format('%I', attname), ', ' ORDER BY attnum)
  INTO names
  FROM pg_attribute
  WHERE attrelid = format('pylon.%I', resource)::regclass
    AND attnum > 0
    AND NOT attisdropped
    AND attgenerated = ''
    AND given ? attname;

  EXECUTE format(
    'INSERT INTO pylon.%1$I (%2$s) OVERRIDING SYSTEM VALUE
     SELECT %2$s FROM jsonb_to_record($1) AS given(%3$s)
     ON CONFLICT (id) DO NOTHING',
    resource,
    names,
    pylon_sync._columns_of(resource, given)
  )
  USING given;
END $$`;
