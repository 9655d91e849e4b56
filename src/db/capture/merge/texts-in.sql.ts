import { object, PURE } from './values.ts';

/**
 * The custom fields of a statement, with changed ones as Pylon stores them. A value with the same meaning as before
 * stays unchanged.
 */
export const textsIn = `
CREATE OR REPLACE FUNCTION pylon_sync._texts_in(stood jsonb, given jsonb)
RETURNS jsonb
${PURE}
AS $$
  SELECT given || coalesce(
    (
      SELECT jsonb_object_agg(
        slug,
        CASE
          WHEN pylon_sync._as_texts(${object('stood')} -> slug) = pylon_sync._as_texts(value)
          THEN stood -> slug
          ELSE pylon_sync._as_texts(value)
        END
      )
      FROM jsonb_each(given) AS g(slug, value)
      WHERE value IS DISTINCT FROM ${object('stood')} -> slug
    ),
    '{}'
  )
$$`;
