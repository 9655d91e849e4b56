import type { Resource } from '../../../resources/define.ts';
import { setsOf } from '../merge/values.ts';
import { DEFINER } from '../names.ts';

/**
 * Of live rows: the columns given, and those with which edits are merged, which are sets and custom fields. Records
 * without a live row are left out.
 */
export const shownColumns = (resources: readonly Resource[]): string => `
CREATE OR REPLACE FUNCTION pylon_sync._shown_columns(
  resource text,
  record_ids text[],
  columns text[] DEFAULT '{}'
)
RETURNS TABLE (record_id text, shown jsonb)
LANGUAGE plpgsql STABLE ${DEFINER}
AS $$
BEGIN
  RETURN QUERY EXECUTE format(
    'SELECT existing.id, jsonb_build_object(%s) FROM pylon.%I AS existing
     WHERE existing.id = ANY ($1) AND existing._deleted_at IS NULL',
    (
      SELECT string_agg(format('%1$L, existing.%1$I', a.attname), ', ')
      FROM pg_attribute AS a
      WHERE a.attrelid = format('pylon.%I', resource)::regclass
        AND a.attnum > 0
        AND NOT a.attisdropped
        AND a.attname = ANY (columns || ${setsOf(resources)} || '{custom_fields}'::text[])
    ),
    resource
  )
  USING record_ids;
END $$`;
