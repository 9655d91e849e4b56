/** Tables of work that waits for the daemon. The edits have a notification of their own. */
const QUEUES = ['handovers', 'rereads'];

/** SQL: whether an edit `row` has files. */
const hasFiles = (row: 'OLD' | 'NEW') =>
  `${row}.operation IN ('action', 'create') AND ${row}.changes ? 'bytes'`;

/** The triggers that delete the contents of files once an edit needs them no more. */
export const fileTriggers: readonly string[] = [
  `CREATE OR REPLACE TRIGGER "pylon_sync_files_settled" AFTER UPDATE OF state ON pylon_sync."edits"
     FOR EACH ROW WHEN (NEW.state IN ('applied', 'discarded') AND ${hasFiles('NEW')})
     EXECUTE FUNCTION pylon_sync._erase_files()`,
  `CREATE OR REPLACE TRIGGER "pylon_sync_files_deleted" AFTER DELETE ON pylon_sync."edits"
     FOR EACH ROW WHEN (${hasFiles('OLD')})
     EXECUTE FUNCTION pylon_sync._erase_files()`,
];

/** The triggers that notify the daemon of work in a queue. */
export const queueTriggers = (): readonly string[] =>
  QUEUES.map(
    (table) => `CREATE OR REPLACE TRIGGER "pylon_sync_tell" AFTER INSERT ON pylon_sync."${table}"
     FOR EACH STATEMENT EXECUTE FUNCTION pylon_sync._notify_work()`,
  );
