import { DEFINER } from '../names.ts';

/**
 * Makes drafts of edits that users' triggers made when the daemon wrote: edits that are not allowed, and edits that
 * Pylon refused before, or changed to another value. Also edits that follow the same change within a minute: a
 * trigger that answers each write with another would loop for ever.
 */
export const draftTriggerEdits = `
CREATE OR REPLACE FUNCTION pylon_sync._draft_trigger_edits(mine bigint, kind text)
RETURNS void
LANGUAGE sql ${DEFINER}
AS $$
  UPDATE pylon_sync.edits AS e
  SET
    state = 'draft',
    error = 'made by a trigger when the daemon wrote: approve it to send it'
  WHERE e.txid = mine
    AND e.operation = kind
    AND e.state = 'pending'
    AND (
      NOT coalesce(pylon_sync._setting('allow'), '["update"]') ? kind
      OR EXISTS (
        SELECT
        FROM pylon_sync.edits AS o
        WHERE o.resource = e.resource
          AND o.record_id = e.record_id
          AND o.id < e.id
          AND o.operation = e.operation
          AND (
            o.state IN ('failed', 'conflict')
            AND o.changes = e.changes
            OR o.state = 'applied'
            AND o.settled_at > clock_timestamp() - interval '1 minute'
            AND o.actor = e.actor
            AND o.changes ?| ARRAY(SELECT jsonb_object_keys(e.changes))
          )
      )
    )
$$`;
