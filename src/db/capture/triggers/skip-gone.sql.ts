/**
 * Skips a row that Pylon no longer has. Runs as the writing user, for speed; that cannot be misused, because the
 * trigger's condition decides.
 */
export const skipGone = `
CREATE OR REPLACE FUNCTION pylon_sync._skip_gone()
RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  RAISE NOTICE '% % is gone from Pylon: skipped', TG_TABLE_NAME, OLD.id;
  RETURN NULL;
END $$`;
