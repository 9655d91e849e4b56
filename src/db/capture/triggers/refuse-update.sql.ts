import { DEFINER } from '../names.ts';
import { REFUSED } from '../sqlstates.ts';

/**
 * Refuses a change of columns that Pylon cannot change. The trigger's arguments: what can be changed, for people; then
 * the columns that cannot.
 */
export const refuseUpdate = `
CREATE OR REPLACE FUNCTION pylon_sync._refuse_update()
RETURNS trigger
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  wrong text[];
BEGIN
  SELECT array_agg(n.key ORDER BY n.key)
  INTO wrong
  FROM jsonb_each(to_jsonb(NEW)) AS n
  JOIN jsonb_each(to_jsonb(OLD)) AS o USING (key)
  WHERE n.value IS DISTINCT FROM o.value
    AND n.key = ANY (TG_ARGV[1:]);

  IF wrong IS NULL THEN
    RETURN NULL;
  END IF;

  RAISE EXCEPTION 'column % of pylon.% cannot be changed',
      (SELECT string_agg(format('"%s"', name), ', ') FROM unnest(wrong) AS name),
      TG_TABLE_NAME
    USING
      ERRCODE = '${REFUSED.unsupported}',
      TABLE = TG_TABLE_NAME,
      COLUMN = wrong[1],
      HINT = TG_ARGV[0];
END $$`;
