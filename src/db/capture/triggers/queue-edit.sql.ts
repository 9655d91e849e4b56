import { NEW_EDIT, NEW_EDIT_STATE } from '../expressions.ts';
import { DEFINER } from '../names.ts';

/** Queues an edit; returns its id. */
export const queueEdit = `
CREATE OR REPLACE FUNCTION pylon_sync._queue_edit(
  resource text,
  record_id text,
  operation text,
  changes jsonb,
  base jsonb
)
RETURNS bigint
LANGUAGE sql ${DEFINER}
AS $$
  INSERT INTO pylon_sync.edits (${NEW_EDIT})
  VALUES (
    resource,
    record_id,
    operation,
    changes,
    base,
    ${NEW_EDIT_STATE}
  )
  RETURNING id
$$`;
