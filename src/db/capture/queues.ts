import { DEFINER } from './names.ts';

/** Tables of work that waits for the daemon, beside the edits, which tell of themselves. */
const QUEUES = ['handovers', 'rereads'];

/** What tells the daemon that work was put into a queue, once its transaction commits. */
export const queueFunction = (): string =>
  `CREATE OR REPLACE FUNCTION pylon_sync.tell_work() RETURNS trigger
   LANGUAGE plpgsql ${DEFINER} AS $$
   BEGIN
     PERFORM pg_notify('pylon_sync_work', TG_TABLE_NAME);
     RETURN NULL;
   END $$`;

export const queueTriggers = (): readonly string[] =>
  QUEUES.map(
    (table) => `CREATE OR REPLACE TRIGGER "pylon_sync_tell" AFTER INSERT ON pylon_sync."${table}"
     FOR EACH STATEMENT EXECUTE FUNCTION pylon_sync.tell_work()`,
  );
