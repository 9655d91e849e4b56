import { ACTOR } from '../../expressions.ts';
import { DEFINER } from '../../names.ts';

/**
 * Whether an error may name records of a table to the user of the statement. It may not if that user has no SELECT on
 * the table, or if a policy could hide rows from that user.
 */
export const mayList = `
CREATE OR REPLACE FUNCTION pylon_sync._may_list(target text)
RETURNS boolean
LANGUAGE sql STABLE ${DEFINER}
AS $$
  SELECT has_schema_privilege(actor.name, 'pylon', 'USAGE')
    AND has_table_privilege(actor.name, c.oid, 'SELECT')
    AND (NOT c.relrowsecurity OR pg_has_role(actor.name, c.relowner, 'MEMBER'))
  FROM pg_class AS c
  CROSS JOIN (SELECT (${ACTOR})::name AS name) AS actor
  WHERE c.oid = format('pylon.%I', target)::regclass
$$`;
