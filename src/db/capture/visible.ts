import { ACTOR } from './expressions.ts';
import { FIXED } from './names.ts';

/** SQL: FROM and WHERE of the mirror's tables with row security that applies to the current user. */
export const GUARDED = `FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = 'pylon'
      AND c.relkind IN ('r', 'p')
      AND c.relrowsecurity
      AND row_security_active(c.oid)`;

/** SQL: whether the current user may read a table's ids at all. */
export const READABLE =
  "has_schema_privilege('pylon', 'USAGE') AND has_column_privilege(c.oid, 'id', 'SELECT')";

/** SQL: whether the current user made an edit that created or deleted its record, so that there is no row to see. */
export const MINE = (alias: string) =>
  `${alias}.operation IN ('create', 'delete') AND ${alias}.actor = ${ACTOR}`;

/** Whether row security hides no row of the mirror from the current user. */
const seesAll = `
CREATE OR REPLACE FUNCTION pylon_sync._sees_all()
RETURNS boolean
LANGUAGE plpgsql STABLE ${FIXED}
AS $$
BEGIN
  RETURN NOT EXISTS (
    SELECT
    ${GUARDED}
  );
END $$`;

/** Whether row security shows a record to the current user. */
const sees = `
CREATE OR REPLACE FUNCTION pylon_sync._sees(resource text, record_id text)
RETURNS boolean
LANGUAGE plpgsql STABLE ${FIXED}
AS $$
DECLARE
  readable boolean;
  found boolean;
BEGIN
  SELECT ${READABLE}
  INTO readable
    ${GUARDED}
      AND c.relname = resource;

  IF readable IS NULL THEN
    RETURN true;
  END IF;
  IF NOT readable THEN
    RETURN false;
  END IF;

  EXECUTE format('SELECT EXISTS (SELECT FROM pylon.%I AS existing WHERE existing.id = $1)', resource)
  INTO found
  USING record_id;
  RETURN found;
END $$`;

/** The functions that policies call, with the reader's privileges. */
export const visibleFunctions: readonly string[] = [seesAll, sees];

const policy = (table: string, using: string): readonly string[] => [
  `ALTER TABLE pylon_sync."${table}" ENABLE ROW LEVEL SECURITY`,
  `DROP POLICY IF EXISTS "pylon_sync_visible" ON pylon_sync."${table}"`,
  `CREATE POLICY "pylon_sync_visible" ON pylon_sync."${table}" USING ((SELECT pylon_sync._sees_all()) OR ${using})`,
];

/**
 * The policies that show the daemon's data about a record only to those who can see the record. Without policies on
 * the mirror's tables they hide nothing.
 */
export const policies = (): readonly string[] => [
  ...policy('edits', `${MINE('edits')} OR pylon_sync._sees(resource, record_id)`),
  ...policy('changes', 'pylon_sync._sees(resource, record_id)'),
];
