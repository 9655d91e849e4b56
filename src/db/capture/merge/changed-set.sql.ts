import { has, items, PURE } from './values.ts';

/** A set after an edit: `onto` without what the edit took away from `base`, and with what it added. */
export const changedSet = `
CREATE OR REPLACE FUNCTION pylon_sync._changed_set(base jsonb, wanted jsonb, onto jsonb)
RETURNS jsonb
${PURE}
AS $$
  SELECT coalesce(jsonb_agg(item ORDER BY part, place), '[]')
  FROM (
    SELECT 1 AS part, place, item
    FROM ${items('onto')} WITH ORDINALITY AS o(item, place)
    WHERE ${has('wanted', 'item')}
      OR NOT ${has('base', 'item')}

    UNION ALL

    SELECT 2, place, item
    FROM ${items('wanted')} WITH ORDINALITY AS w(item, place)
    WHERE NOT ${has('base', 'item')}
      AND NOT ${has('onto', 'item')}
  ) AS items
$$`;
