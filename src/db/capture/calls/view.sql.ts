/**
 * The view through which functions for people work: each inserts a row and reads its result. A function that runs as
 * its owner cannot tell what its caller can see, and one that runs as its caller cannot queue edits. Triggers of a
 * view can do both, one after the other, and nobody can bypass them.
 */
export const callsView = `
CREATE OR REPLACE VIEW pylon_sync."calls" AS
SELECT
  NULL::text AS call,
  NULL::jsonb AS arguments,
  NULL::bigint[] AS ids,
  NULL::bigint AS txid,
  NULL::jsonb AS spec,
  NULL::text[] AS resources,
  NULL::text[] AS record_ids,
  NULL::bigint[] AS unseen,
  NULL::bigint AS result,
  NULL::bytea[] AS files
WHERE false`;
