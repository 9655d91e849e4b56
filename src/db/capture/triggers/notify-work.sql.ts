import { DEFINER } from '../names.ts';

/** Notifies the daemon that work was put into a queue, once the transaction commits. */
export const notifyWork = `
CREATE OR REPLACE FUNCTION pylon_sync._notify_work()
RETURNS trigger
LANGUAGE plpgsql ${DEFINER}
AS $$
BEGIN
  PERFORM pg_notify('pylon_sync_work', TG_TABLE_NAME);
  RETURN NULL;
END $$`;
