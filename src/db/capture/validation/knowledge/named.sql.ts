import { FIXED } from '../../names.ts';

/** How many values an error names. */
const MOST = 20;

/** Values in the words of an error, the first ones if they are many. */
export const named = `
CREATE OR REPLACE FUNCTION pylon_sync._named(given text[])
RETURNS text
LANGUAGE sql IMMUTABLE ${FIXED}
AS $$
  SELECT array_to_string(given[1:${MOST}], ', ')
    || CASE WHEN cardinality(given) > ${MOST} THEN format(' and %s more', cardinality(given) - ${MOST}) ELSE '' END
$$`;
