/** Sets `_synced_at` of a row that is edited. Runs as the writing user, for speed, like `skip_gone`. */
export const stamp = `
CREATE OR REPLACE FUNCTION pylon_sync._stamp()
RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  NEW._synced_at := pg_catalog.statement_timestamp();
  RETURN NEW;
END $$`;
