import { DEFINER } from '../names.ts';

/** The setting of a session that has the number of its last transaction with edits; a rollback takes it back. */
export const LAST_EDITS = 'pylon_sync.last_edits';

/** Makes drafts of a transaction's edits if they are more than the guard allows, and notifies the daemon. */
export const editsQueued = `
CREATE OR REPLACE FUNCTION pylon_sync._edits_queued()
RETURNS void
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  mine bigint := pg_current_xact_id_if_assigned()::text::bigint;
  guard integer := pylon_sync._edit_guard();
  queued integer;
  drafted integer;
BEGIN
  SELECT count(*)
  INTO queued
  FROM (SELECT FROM pylon_sync.edits WHERE txid = mine LIMIT guard + 1) AS first;

  IF queued > guard THEN
    UPDATE pylon_sync.edits
    SET state = 'draft'
    WHERE txid = mine
      AND state = 'pending';
    GET DIAGNOSTICS drafted = ROW_COUNT;

    IF drafted > 0 THEN
      RAISE WARNING 'more than % edits in one transaction: they are drafts, and nothing is sent until they are approved', guard
        USING
          HINT = format(
            'SELECT pylon_sync.approve_edits(txid => %s), or pylon-sync edits approve --txid %s',
            mine,
            mine
          );
    END IF;
  END IF;

  PERFORM set_config('${LAST_EDITS}', mine::text, false);
  PERFORM pg_notify('pylon_sync_edits', '');
END $$`;
