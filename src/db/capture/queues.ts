/** Tables of work that waits for the daemon. The edits have a notification of their own. */
const QUEUES = ['handovers', 'rereads'];

/** The triggers that notify the daemon of work in a queue. */
export const queueTriggers = (): readonly string[] =>
  QUEUES.map(
    (table) => `CREATE OR REPLACE TRIGGER "pylon_sync_tell" AFTER INSERT ON pylon_sync."${table}"
     FOR EACH STATEMENT EXECUTE FUNCTION pylon_sync._notify_work()`,
  );
