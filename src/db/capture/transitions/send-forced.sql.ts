import { DEFINER } from '../names.ts';

/**
 * Sends the fields in conflict whatever their value in Pylon is, because a person has decided so. Returns the number
 * of edits.
 */
export const sendForced = `
CREATE OR REPLACE FUNCTION pylon_sync._send_forced(ids bigint[])
RETURNS integer
LANGUAGE plpgsql ${DEFINER}
AS $$
BEGIN
  -- The row of a DELETE shows what a person has seen of Pylon.
  UPDATE pylon_sync.edits AS e
  SET
    forced = e.held,
    shadow = NULL
  WHERE e.id = ANY (ids)
    AND e.state = 'conflict'
    AND e.operation = 'delete';

  UPDATE pylon_sync.edits AS e
  SET
    forced = e.held,
    base = (
      SELECT jsonb_object_agg(
        key,
        CASE
          WHEN key = ANY (e.held)
          THEN coalesce(e.remote -> key, 'null')
          WHEN key = 'custom_fields'
          THEN value || coalesce(
            (
              SELECT jsonb_object_agg(substr(name, 15), coalesce(e.remote -> name, 'null'))
              FROM unnest(e.held) AS name
              WHERE starts_with(name, 'custom_fields.')
            ),
            '{}'
          )
          ELSE value
        END
      )
      FROM jsonb_each(e.base)
    )
  WHERE e.id = ANY (ids)
    AND e.state = 'conflict'
    AND e.operation <> 'delete';

  RETURN pylon_sync._send_again(ids);
END $$`;
