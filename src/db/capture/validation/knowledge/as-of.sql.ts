import { FIXED } from '../../names.ts';

/** How old knowledge is, in the words of an error: the time in UTC, with the day unless it is today. */
export const asOf = `
CREATE OR REPLACE FUNCTION pylon_sync._as_of(since timestamptz)
RETURNS text
LANGUAGE sql STABLE ${FIXED}
AS $$
  SELECT 'as of ' || to_char(
    since,
    CASE WHEN since::date = clock_timestamp()::date THEN 'HH24:MI' ELSE 'YYYY-MM-DD HH24:MI' END
  ) || ' UTC'
$$`;
