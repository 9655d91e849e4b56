import { PROVISIONAL } from '../../edits/provisional.ts';
import { DEFINER } from './names.ts';

/** SQLSTATEs of the triggers' errors, those that Postgres uses for similar errors. */
export const REFUSED = {
  /** A column or an operation that Pylon does not support. */
  unsupported: '0A000',
  /** A NULL that Pylon does not accept. */
  null: '23502',
  /** A provisional id that was used for another record. */
  taken: '23505',
  /** A value that Pylon does not accept. */
  value: '23514',
  /** An operation that `PYLON_SYNC_ALLOW` does not include. */
  notAllowed: '42501',
} as const;

/** SQL: whether the session has set that its edits are drafts. */
export const DRAFT = `lower(current_setting('pylon_sync.draft', true)) IN ('on', 'true', 'yes', '1')`;

/**
 * SQL: the user of the statement: the role that was set, else the login. Also correct in a SECURITY DEFINER function.
 */
export const ACTOR = `coalesce(nullif(current_setting('role', true), 'none'), session_user)`;

/** SQL for a trigger function that queues an edit; the arguments are SQL expressions. */
export const queueing = (
  resource: string,
  id: string,
  operation: 'create' | 'update' | 'delete',
  changes: string,
  base: string,
): string => `
       INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid)
       VALUES (${resource}, ${id}, '${operation}', ${changes}, ${base},
               CASE WHEN ${DRAFT} THEN 'draft' ELSE 'pending' END,
               ${ACTOR}, pg_current_xact_id()::text::bigint);`;

const UNSENT = `resource = TG_TABLE_NAME AND record_id = OLD.id AND state IN ('draft', 'pending')`;

/** Functions that all tables' triggers share. */
export const sharedFunctions = (): readonly string[] => [
  `CREATE OR REPLACE FUNCTION pylon_sync.setting(name text) RETURNS jsonb
   LANGUAGE sql STABLE ${DEFINER} AS $$ SELECT value FROM pylon_sync.settings WHERE key = name $$`,

  // The settings that the daemon has published, or the defaults before it has.
  `CREATE OR REPLACE FUNCTION pylon_sync.refuse_unless_allowed(operation text) RETURNS void
   LANGUAGE plpgsql STABLE ${DEFINER} AS $$
   BEGIN
     IF NOT coalesce(pylon_sync.setting('allow'), '["update"]') ? operation THEN
       RAISE EXCEPTION 'edits of the kind "%" are not allowed here', operation
         USING ERRCODE = '${REFUSED.notAllowed}',
               HINT = 'PYLON_SYNC_ALLOW says what the daemon may write to Pylon: add "' || operation || '" there.';
     END IF;
   END $$`,

  // These three run as the writing user, for speed. They cannot be misused, because their triggers' conditions
  // decide.
  `CREATE OR REPLACE FUNCTION pylon_sync.skip_gone() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     RAISE NOTICE '% % is gone from Pylon: skipped', TG_TABLE_NAME, OLD.id;
     RETURN NULL;
   END $$`,

  `CREATE OR REPLACE FUNCTION pylon_sync.refuse_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     RAISE EXCEPTION 'column "_synced_at" of pylon.% cannot be changed', TG_TABLE_NAME
       USING ERRCODE = '${REFUSED.unsupported}', HINT = 'It is the daemon''s own.';
   END $$`,

  `CREATE OR REPLACE FUNCTION pylon_sync.stamp() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     NEW._synced_at := pg_catalog.statement_timestamp();
     RETURN NEW;
   END $$`,

  // The row shows at once the value that Pylon will store. Other values are refused later.
  `CREATE OR REPLACE FUNCTION pylon_sync.keep_as_texts() RETURNS trigger
   LANGUAGE plpgsql ${DEFINER} AS $$
   BEGIN
     NEW.custom_fields := pylon_sync.texts_in(CASE TG_OP WHEN 'UPDATE' THEN OLD.custom_fields END, NEW.custom_fields);
     RETURN NEW;
   END $$`,

  `CREATE OR REPLACE FUNCTION pylon_sync.edit_guard() RETURNS integer
   LANGUAGE sql STABLE ${DEFINER} AS $$
     SELECT coalesce((SELECT (value #>> '{}')::integer FROM pylon_sync.settings WHERE key = 'edit_guard'), 1000) $$`,

  // Arguments: what can be changed, for people; then the columns that cannot.
  `CREATE OR REPLACE FUNCTION pylon_sync.refuse_update() RETURNS trigger
   LANGUAGE plpgsql ${DEFINER} AS $$
   DECLARE
     wrong text[];
   BEGIN
     SELECT array_agg(n.key ORDER BY n.key) INTO wrong
       FROM jsonb_each(to_jsonb(NEW)) AS n JOIN jsonb_each(to_jsonb(OLD)) AS o USING (key)
      WHERE n.value IS DISTINCT FROM o.value AND n.key = ANY (TG_ARGV[1:]);
     IF wrong IS NULL THEN RETURN NULL; END IF;
     RAISE EXCEPTION 'column % of pylon.% cannot be changed',
         (SELECT string_agg(format('"%s"', name), ', ') FROM unnest(wrong) AS name), TG_TABLE_NAME
       USING ERRCODE = '${REFUSED.unsupported}', TABLE = TG_TABLE_NAME, COLUMN = wrong[1],
             HINT = TG_ARGV[0];
   END $$`,

  `CREATE OR REPLACE FUNCTION pylon_sync.refuse_statement() RETURNS trigger
   LANGUAGE plpgsql ${DEFINER} AS $$
   BEGIN
     RAISE EXCEPTION '% of pylon.% is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0]
       USING ERRCODE = '${REFUSED.unsupported}', TABLE = TG_TABLE_NAME;
   END $$`,

  // Deletes a row that Pylon does not have yet with its edits. Argument: why other rows cannot be deleted; empty
  // if they can.
  `CREATE OR REPLACE FUNCTION pylon_sync.capture_delete() RETURNS trigger
   LANGUAGE plpgsql ${DEFINER} AS $$
   BEGIN
     IF OLD.id LIKE '${PROVISIONAL}%' THEN
       UPDATE pylon_sync.edits
          SET state = 'discarded', settled_at = clock_timestamp(), error = 'deleted here before it was created in Pylon'
        WHERE ${UNSENT} AND operation = 'create' AND first_sent_at IS NULL;
       IF FOUND THEN
         UPDATE pylon_sync.edits
            SET state = 'discarded', settled_at = clock_timestamp(), error = 'the record was deleted afterwards'
          WHERE ${UNSENT};
         RETURN NULL;
       END IF;
     END IF;
     IF TG_ARGV[0] <> '' THEN
       RAISE EXCEPTION '% of pylon.% is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0]
         USING ERRCODE = '${REFUSED.unsupported}', TABLE = TG_TABLE_NAME;
     END IF;
     ${queueing('TG_TABLE_NAME', 'OLD.id', 'delete', "'{}'", 'to_jsonb(OLD)')}
     RETURN NULL;
   END $$`,

  // Applies the guard, and notifies the daemon.
  `CREATE OR REPLACE FUNCTION pylon_sync.edits_queued() RETURNS void
   LANGUAGE plpgsql ${DEFINER} AS $$
   DECLARE
     mine bigint := pg_current_xact_id_if_assigned()::text::bigint;
     guard integer := pylon_sync.edit_guard();
     queued integer;
     held integer;
   BEGIN
     SELECT count(*) INTO queued FROM (SELECT FROM pylon_sync.edits WHERE txid = mine LIMIT guard + 1) AS first;
     IF queued > guard THEN
       UPDATE pylon_sync.edits SET state = 'draft' WHERE txid = mine AND state = 'pending';
       GET DIAGNOSTICS held = ROW_COUNT;
       IF held > 0 THEN
         RAISE WARNING 'more than % edits in one transaction: they are drafts, and nothing is sent until they are approved', guard
           USING HINT = format('SELECT pylon_sync.approve_edits(txid => %s), or pylon-sync edits approve --txid %s', mine, mine);
       END IF;
     END IF;
     PERFORM pg_notify('pylon_sync_edits', '');
   END $$`,

  // Edits by users' triggers on the daemon's writes that become drafts: those that are not allowed; those that
  // Pylon refused before, or changed to another value; and those that follow the same change so soon that a
  // trigger which answers each write with another would loop for ever.
  `CREATE OR REPLACE FUNCTION pylon_sync.keep_back(mine bigint, kind text) RETURNS void
   LANGUAGE sql ${DEFINER} AS $$
     UPDATE pylon_sync.edits AS e
        SET state = 'draft', error = 'made by a trigger when the daemon wrote: approve it to send it'
      WHERE e.txid = mine AND e.operation = kind AND e.state = 'pending'
        AND (NOT coalesce(pylon_sync.setting('allow'), '["update"]') ? kind
             OR EXISTS (SELECT FROM pylon_sync.edits AS o
                         WHERE o.resource = e.resource AND o.record_id = e.record_id AND o.id < e.id
                           AND o.operation = e.operation
                           AND (o.state IN ('failed', 'conflict') AND o.changes = e.changes
                                OR o.state = 'applied' AND o.settled_at > clock_timestamp() - interval '1 minute'
                                   AND o.actor = e.actor
                                   AND o.changes ?| ARRAY(SELECT jsonb_object_keys(e.changes))))) $$`,

  // Runs after each statement: checks whether it changed anything to capture, and whether that is allowed.
  `CREATE OR REPLACE FUNCTION pylon_sync.after_edits() RETURNS trigger
   LANGUAGE plpgsql ${DEFINER} AS $$
   DECLARE
     mine bigint := pg_current_xact_id_if_assigned()::text::bigint;
     kind text := CASE TG_OP WHEN 'INSERT' THEN 'create' ELSE lower(TG_OP) END;
   BEGIN
     IF mine IS NULL OR NOT EXISTS (SELECT FROM pylon_sync.edits WHERE txid = mine AND state IN ('pending', 'draft')) THEN
       RETURN NULL;
     END IF;
     -- In the daemon's own transaction a trigger of the user's own has made them: that must not keep Pylon's rows out.
     IF starts_with(current_setting('pylon_sync.daemon', true), 'on')
        AND pg_has_role(session_user, (SELECT relowner FROM pg_class WHERE oid = 'pylon_sync.edits'::regclass), 'MEMBER') THEN
       PERFORM pylon_sync.keep_back(mine, kind);
     ELSIF EXISTS (SELECT FROM pylon_sync.edits
                    WHERE txid = mine AND operation = kind AND state IN ('pending', 'draft')) THEN
       PERFORM pylon_sync.refuse_unless_allowed(kind);
     END IF;
     PERFORM pylon_sync.edits_queued();
     RETURN NULL;
   END $$`,

  `CREATE OR REPLACE FUNCTION pylon_sync.queue_edit(
     resource text, record_id text, operation text, changes jsonb, base jsonb) RETURNS bigint
   LANGUAGE sql ${DEFINER} AS $$
     INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid)
     VALUES (resource, record_id, operation, changes, base,
             CASE WHEN ${DRAFT} THEN 'draft' ELSE 'pending' END,
             ${ACTOR}, pg_current_xact_id()::text::bigint)
     RETURNING id $$`,
];
