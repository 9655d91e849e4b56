/** What may pass between the begin of a statement, whose time its rows get, and its lock of their table: seconds. */
const UNSEEN_SECONDS = 10;

/**
 * The bound below which every `_synced_at` is committed: no row with an earlier time is added any more. NULL while a
 * transaction writes to the mirror whose begin cannot be seen, because it is another user's and the owner of this
 * function lacks `pg_read_all_stats`.
 */
export const syncedUntil = (unseenSeconds = UNSEEN_SECONDS) => `
CREATE OR REPLACE FUNCTION pylon_bi.synced_until()
RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  WITH
    others AS (
      SELECT pid, xact_start
      FROM pg_stat_activity
      WHERE datname = current_database()
        AND pid <> pg_backend_pid()
        AND backend_type IS DISTINCT FROM 'autovacuum worker'
    ),
    writers AS (
      SELECT DISTINCT locked.pid
      FROM pg_locks AS locked
      JOIN pg_class AS mirrored ON mirrored.oid = locked.relation
      WHERE locked.locktype = 'relation'
        AND locked.mode = 'RowExclusiveLock'
        AND locked.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND mirrored.relnamespace = to_regnamespace('pylon')
        AND mirrored.relkind = 'r'
        AND locked.pid <> pg_backend_pid()
    )
  SELECT
    CASE
      WHEN NOT EXISTS (SELECT FROM writers JOIN others USING (pid) WHERE others.xact_start IS NULL)
      THEN least(
        statement_timestamp() - interval '${unseenSeconds} seconds',
        (SELECT min(xact_start) FROM others)
      )
    END
$$`;
