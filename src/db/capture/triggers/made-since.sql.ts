import { DEFINER } from '../names.ts';

/** SQL: whether an edit, `first`, begins with what the statement wanted, and does not precede it. */
const begins = (of: (values: string) => string) => `EXISTS (
        SELECT
        FROM jsonb_each(${of('one.changes')}) AS wanted
        WHERE ${of('first.base')} -> wanted.key = wanted.value
          AND ${of('first.changes')} -> wanted.key <> ${of('one.base')} -> wanted.key
      )`;

/**
 * The edits of this transaction that users' triggers have made of rows since a statement changed them, though its own are
 * queued only now: of each row from the first one on whose base is what the statement wanted.
 */
export const madeSince = `
CREATE OR REPLACE FUNCTION pylon_sync._made_since(resource text, record_ids text[], all_changes jsonb[], bases jsonb[])
RETURNS bigint[]
LANGUAGE sql STABLE ${DEFINER}
AS $$
  SELECT coalesce(array_agg(own.id), '{}')
  FROM unnest(record_ids, all_changes, bases) AS one(record_id, changes, base)
  CROSS JOIN LATERAL (
    SELECT e.id, e.txid, e.changes, e.base
    FROM pylon_sync.edits AS e
    WHERE e.resource = _made_since.resource
      AND e.record_id = one.record_id
    OFFSET 0
  ) AS own
  WHERE own.txid = pg_current_xact_id_if_assigned()::text::bigint
    AND own.id >= (
      SELECT min(first.id)
      FROM pylon_sync.edits AS first
      WHERE first.resource = _made_since.resource
        AND first.record_id = one.record_id
        AND first.txid = own.txid
        AND first.operation = 'update'
        AND (${begins((values) => `(${values} - 'custom_fields')`)}
          OR ${begins((values) => `coalesce(${values} -> 'custom_fields', '{}')`)})
    )
$$`;
