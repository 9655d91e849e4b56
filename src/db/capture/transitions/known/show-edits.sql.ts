import { DEFINER } from '../../names.ts';

/**
 * Applies edits that are to be sent again to their rows, and then the later edits, which they must not overwrite. The
 * caller must have locked the rows.
 */
export const showEdits = `
CREATE OR REPLACE FUNCTION pylon_sync._show_edits(resource text, record_ids text[], first_ids bigint[])
RETURNS void
LANGUAGE plpgsql ${DEFINER}
AS $$
DECLARE
  shown jsonb[];
  columns jsonb[];
  mark text := pylon_sync._mark_as_daemon('on');
BEGIN
  SELECT array_agg(asked.record_id), array_agg(asked.first_id), array_agg(existing.shown)
  INTO record_ids, first_ids, shown
  FROM unnest(record_ids, first_ids) AS asked(record_id, first_id)
  JOIN pylon_sync._shown_columns(resource, record_ids) AS existing USING (record_id);

  SELECT
    array_agg(o.record_id),
    array_agg(o.after || jsonb_build_object('_synced_at', clock_timestamp()))
  INTO record_ids, columns
  FROM pylon_sync._edits_over(resource, record_ids, first_ids, shown) AS o;

  PERFORM pylon_sync._put_columns_of_many(resource, record_ids, columns);
  PERFORM pylon_sync._mark_as_daemon(mark);
END $$`;
