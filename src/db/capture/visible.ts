import { FIXED } from './names.ts';
import { ACTOR } from './shared.ts';

/** SQL: the mirror's tables with row security that applies to the current user. */
const GUARDED = `FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = 'pylon' AND c.relkind IN ('r', 'p') AND c.relrowsecurity AND row_security_active(c.oid)`;

/** SQL: whether the current user may read a table's ids at all. */
const READABLE = "has_schema_privilege('pylon', 'USAGE') AND has_column_privilege(c.oid, 'id', 'SELECT')";

/** SQL: whether the current user made an edit that created or deleted its record, so that there is no row to see. */
export const MINE = (alias: string) =>
  `${alias}.operation IN ('create', 'delete') AND ${alias}.actor = ${ACTOR}`;

/**
 * A statement that writes to `NEW.unseen` the positions of those records in `NEW.resources` and `NEW.record_ids` that
 * row security hides from the current user. It calls none of our functions, so that it needs no grant. Uses the
 * variables `guarded` and `places`.
 */
export const NOTE_UNSEEN = `
     NEW.unseen := '{}';
     FOR guarded IN SELECT c.relname AS name, ${READABLE} AS readable ${GUARDED} AND c.relname = ANY (NEW.resources) LOOP
       EXECUTE format('SELECT array_agg(asked.place) FROM unnest($1, $2) WITH ORDINALITY AS asked(resource, record_id, place)
                        WHERE asked.resource = %L %s', guarded.name,
                      CASE WHEN guarded.readable THEN
                        format('AND NOT EXISTS (SELECT FROM pylon.%I AS held WHERE held.id = asked.record_id)', guarded.name) END)
         INTO places USING NEW.resources, NEW.record_ids;
       NEW.unseen := NEW.unseen || coalesce(places, '{}');
     END LOOP;`;

/** The functions that policies call, with the reader's privileges. */
export const visibleFunctions = (): readonly string[] => [
  `CREATE OR REPLACE FUNCTION pylon_sync.sees_all() RETURNS boolean
   LANGUAGE plpgsql STABLE ${FIXED} AS $$
   BEGIN
     RETURN NOT EXISTS (SELECT ${GUARDED});
   END $$`,

  `CREATE OR REPLACE FUNCTION pylon_sync.sees(resource text, record_id text) RETURNS boolean
   LANGUAGE plpgsql STABLE ${FIXED} AS $$
   DECLARE
     readable boolean;
     found boolean;
   BEGIN
     SELECT ${READABLE} INTO readable ${GUARDED} AND c.relname = resource;
     IF readable IS NULL THEN RETURN true; END IF;
     IF NOT readable THEN RETURN false; END IF;
     EXECUTE format('SELECT EXISTS (SELECT FROM pylon.%I AS held WHERE held.id = $1)', resource) INTO found USING record_id;
     RETURN found;
   END $$`,
];

/** Functions that everybody may call: they run as the caller, and return only what it could see anyway. */
export const FOR_ALL: Readonly<Record<string, string>> = {
  'sees_all()': 'Whether no policy of a table of schema pylon keeps rows from you.',
  'sees(text, text)': 'Whether no policy of its table keeps a record from you.',
};

const policy = (table: string, using: string): readonly string[] => [
  `ALTER TABLE pylon_sync."${table}" ENABLE ROW LEVEL SECURITY`,
  `DROP POLICY IF EXISTS "pylon_sync_visible" ON pylon_sync."${table}"`,
  `CREATE POLICY "pylon_sync_visible" ON pylon_sync."${table}" USING ((SELECT pylon_sync.sees_all()) OR ${using})`,
];

/**
 * The policies that show the daemon's data about a record only to those who can see the record. Without policies on
 * the mirror's tables they hide nothing.
 */
export const policies = (): readonly string[] => [
  ...policy('edits', `${MINE('edits')} OR pylon_sync.sees(resource, record_id)`),
  ...policy('changes', 'pylon_sync.sees(resource, record_id)'),
];
