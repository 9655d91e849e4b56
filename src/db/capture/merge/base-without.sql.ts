import type { Resource } from '../../../resources/define.ts';
import { isSet, object, PURE, setsOf } from './values.ts';

/**
 * The base of an edit, with the fields that another edit changed too taken from that one's base. Sets are unaffected.
 */
export const baseWithout = (resources: readonly Resource[]): string => `
CREATE OR REPLACE FUNCTION pylon_sync._base_without(
  resource text,
  base jsonb,
  changes jsonb,
  other_base jsonb,
  other_changes jsonb
)
RETURNS jsonb
${PURE}
AS $$
  SELECT base || coalesce(
    jsonb_object_agg(
      key,
      CASE
        WHEN key = 'custom_fields'
        THEN ${object('base -> key')} || (
          SELECT coalesce(jsonb_object_agg(slug, coalesce(other_base -> key -> slug, 'null')), '{}')
          FROM jsonb_each(${object('changes -> key')}) AS c(slug, wanted)
          WHERE ${object('value')} ? slug
            AND NOT ${isSet('base -> key -> slug', 'wanted')}
        )
        WHEN key = ANY (${setsOf(resources)})
        THEN base -> key
        ELSE coalesce(other_base -> key, 'null')
      END
    ),
    '{}'
  )
  FROM jsonb_each(other_changes)
  WHERE changes ? key
$$`;
