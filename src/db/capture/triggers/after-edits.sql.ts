import { DEFINER } from '../names.ts';

/** Runs after each statement: refuses edits that are not allowed, and notifies the daemon of those that are. */
export const afterEdits = `
CREATE OR REPLACE FUNCTION pylon_sync._after_edits()
RETURNS trigger
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  mine bigint := pg_current_xact_id_if_assigned()::text::bigint;
  kind text := CASE TG_OP WHEN 'INSERT' THEN 'create' ELSE lower(TG_OP) END;
BEGIN
  IF mine IS NULL
    OR NOT EXISTS (SELECT FROM pylon_sync.edits WHERE txid = mine AND state IN ('pending', 'draft'))
  THEN
    RETURN NULL;
  END IF;

  -- In the daemon's own transaction a user's trigger has made the edits. Refusing them would refuse Pylon's rows.
  IF pylon_sync._in_daemon_transaction() THEN
    PERFORM pylon_sync._draft_trigger_edits(mine, kind);
  ELSIF EXISTS (
    SELECT
    FROM pylon_sync.edits
    WHERE txid = mine
      AND operation = kind
      AND state IN ('pending', 'draft')
  )
  THEN
    PERFORM pylon_sync._refuse_unless_allowed(kind);
  END IF;

  PERFORM pylon_sync._edits_queued();
  RETURN NULL;
END $$`;
