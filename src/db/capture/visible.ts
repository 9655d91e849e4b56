import { FIXED } from './names.ts';
import { ACTOR } from './shared.ts';

/** The mirror's tables, of which row security keeps rows from whoever asks. */
const GUARDED = `FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = 'pylon' AND c.relkind IN ('r', 'p') AND c.relrowsecurity AND row_security_active(c.oid)`;

/** Whether whoever asks may read a table's ids at all. */
const READABLE = "has_schema_privilege('pylon', 'USAGE') AND has_column_privilege(c.oid, 'id', 'SELECT')";

/** Whether an edit of an alias made or took away its record, which has no row for that, by who asks now. */
export const MINE = (alias: string) =>
  `${alias}.operation IN ('create', 'delete') AND ${alias}.actor = ${ACTOR}`;

/**
 * Of the records in `NEW.resources` and `NEW.record_ids`, the places of those that row security keeps from whoever
 * runs this, as a statement that writes them to `NEW.unseen`. It calls nothing of ours, so that no grant is needed for it.
 * Variables: `guarded` and `places`.
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

/** What policies ask, as whoever reads. */
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

/** They run as who asks, and say what that one could see alone. */
export const FOR_ALL: Readonly<Record<string, string>> = {
  'sees_all()': 'Whether no policy of a table of schema pylon keeps rows from you.',
  'sees(text, text)': 'Whether no policy of its table keeps a record from you.',
};

const policy = (table: string, using: string): readonly string[] => [
  `ALTER TABLE pylon_sync."${table}" ENABLE ROW LEVEL SECURITY`,
  `DROP POLICY IF EXISTS "pylon_sync_visible" ON pylon_sync."${table}"`,
  `CREATE POLICY "pylon_sync_visible" ON pylon_sync."${table}" USING ((SELECT pylon_sync.sees_all()) OR ${using})`,
];

/** What is known of a record, for those who see the record. Without policies on the mirror's tables they keep nothing back. */
export const policies = (): readonly string[] => [
  ...policy('edits', `${MINE('edits')} OR pylon_sync.sees(resource, record_id)`),
  ...policy('changes', 'pylon_sync.sees(resource, record_id)'),
];
