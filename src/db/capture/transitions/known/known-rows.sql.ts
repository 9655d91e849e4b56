import { UNSETTLED } from '../../../../edits/states.ts';
import { listOf } from '../../expressions.ts';
import { DEFINER } from '../../names.ts';
import { unsettledOf } from './unsettled-of.ts';

/**
 * Rows with Pylon's last known values: without the unsettled edits of their records, and without the edits given. If
 * several edits change a column, or a custom field, the first one has the value. `shown` are the rows, or the columns of
 * them that are wanted; a record whose row is NULL is left out.
 */
export const knownRows = `
CREATE OR REPLACE FUNCTION pylon_sync._known_rows(
  resource text,
  record_ids text[],
  shown jsonb[],
  without bigint[] DEFAULT '{}'
)
RETURNS TABLE (record_id text, known jsonb)
LANGUAGE plpgsql STABLE ${DEFINER}
AS $$
BEGIN
  RETURN QUERY
    WITH
      asked AS (
        SELECT a.record_id, a.shown
        FROM unnest(_known_rows.record_ids, _known_rows.shown) AS a(record_id, shown)
        WHERE a.shown IS NOT NULL
      ),
      edit AS MATERIALIZED (
        SELECT e.id, e.record_id, e.changes, e.base, e.shadow
        FROM asked
        CROSS JOIN ${unsettledOf({ resource: '_known_rows.resource', record: 'asked.record_id' })} AS e

        UNION ALL

        SELECT e.id, e.record_id, e.changes, e.base, e.shadow
        FROM pylon_sync.edits AS e
        WHERE e.id = ANY (_known_rows.without)
          AND e.operation = 'update'
          AND e.state NOT IN (${listOf(UNSETTLED)})
      ),
      value AS (
        SELECT DISTINCT ON (e.record_id, key)
          e.record_id,
          key,
          coalesce(e.shadow -> key, e.base -> key, 'null') AS known
        FROM edit AS e
        CROSS JOIN LATERAL jsonb_object_keys(e.changes) AS key
        WHERE key <> 'custom_fields'
        ORDER BY e.record_id, key, e.id
      ),
      field AS (
        SELECT DISTINCT ON (e.record_id, slug)
          e.record_id,
          slug,
          coalesce(e.shadow -> 'custom_fields', e.base -> 'custom_fields', 'null') -> slug AS known
        FROM edit AS e
        CROSS JOIN LATERAL jsonb_object_keys(e.changes -> 'custom_fields') AS slug
        ORDER BY e.record_id, slug, e.id
      ),
      columns AS (
        SELECT v.record_id, jsonb_object_agg(v.key, v.known) AS known
        FROM value AS v
        GROUP BY 1
      ),
      fields AS (
        SELECT
          f.record_id,
          array_agg(f.slug) AS slugs,
          coalesce(
            jsonb_object_agg(f.slug, f.known) FILTER (WHERE f.known NOT IN ('null', '""', '[]')),
            '{}'
          ) AS known
        FROM field AS f
        GROUP BY 1
      ),
      -- An edit may have changed fields without a single slug.
      fielded AS (
        SELECT DISTINCT e.record_id
        FROM edit AS e
        WHERE e.changes ? 'custom_fields'
      )
    SELECT
      a.record_id,
      a.shown
      || coalesce(c.known, '{}')
      || CASE
        WHEN f.record_id IS NULL
        THEN '{}'
        ELSE jsonb_build_object(
          'custom_fields',
          (
            CASE jsonb_typeof(a.shown -> 'custom_fields') WHEN 'object' THEN a.shown -> 'custom_fields' ELSE '{}' END
            - coalesce(s.slugs, '{}')
          )
          || coalesce(s.known, '{}')
        )
      END
    FROM asked AS a
    LEFT JOIN columns AS c USING (record_id)
    LEFT JOIN fielded AS f USING (record_id)
    LEFT JOIN fields AS s USING (record_id);
END $$`;
