import { DEFINER } from '../../names.ts';

/** One row with Pylon's last known values (`_known_rows`); NULL if `shown` is. */
export const knownRow = `
CREATE OR REPLACE FUNCTION pylon_sync._known_row(
  resource text,
  record_id text,
  shown jsonb,
  without bigint DEFAULT NULL
)
RETURNS jsonb
LANGUAGE plpgsql STABLE ${DEFINER}
AS $$
BEGIN
  RETURN (
    SELECT r.known
    FROM pylon_sync._known_rows(resource, ARRAY[record_id], ARRAY[shown], ARRAY[without]) AS r
  );
END $$`;
