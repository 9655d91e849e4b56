import type { Resource } from '../../../resources/define.ts';
import { PURE, setsOf } from './values.ts';

/** The columns that an edit changes, with their values after it. */
export const changedColumns = (resources: readonly Resource[]): string => `
CREATE OR REPLACE FUNCTION pylon_sync._changed_columns(resource text, base jsonb, wanted jsonb, onto jsonb)
RETURNS jsonb
${PURE}
AS $$
  SELECT coalesce(
    jsonb_object_agg(
      key,
      CASE
        WHEN key = 'custom_fields'
        THEN pylon_sync._changed_fields(base -> key, value, onto -> key)
        WHEN key = ANY (${setsOf(resources)})
        THEN pylon_sync._changed_set(base -> key, value, onto -> key)
        ELSE value
      END
    ),
    '{}'
  )
  FROM jsonb_each(wanted)
$$`;
