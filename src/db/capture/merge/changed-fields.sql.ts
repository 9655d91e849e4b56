import { isSet, object, PURE } from './values.ts';

/** Custom fields after an edit: those of `onto`, with the fields that the edit changes. Empty ones are left out. */
export const changedFields = `
CREATE OR REPLACE FUNCTION pylon_sync._changed_fields(base jsonb, wanted jsonb, onto jsonb)
RETURNS jsonb
${PURE}
AS $$
  SELECT coalesce(jsonb_object_agg(slug, value), '{}')
  FROM (
    SELECT slug, value
    FROM jsonb_each(${object('onto')}) AS o(slug, value)
    WHERE NOT ${object('wanted')} ? slug

    UNION ALL

    SELECT slug, value
    FROM (
      SELECT
        slug,
        CASE
          WHEN ${isSet('base -> slug', 'value')}
          THEN pylon_sync._changed_set(base -> slug, value, onto -> slug)
          ELSE value
        END AS value
      FROM jsonb_each(${object('wanted')}) AS w(slug, value)
    ) AS changed
    WHERE value NOT IN ('null', '""', '[]')
  ) AS fields
$$`;
