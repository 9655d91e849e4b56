/** Edits whose rows are written together: few enough for a statement to find them by indexes, whatever it expects. */
const MOST = 1_000;

/**
 * SQL: the edits of a relation with `id`, `resource` and `record_id` in batches, with a `resource` and the `ids`, to be
 * taken one after the other: each has at most one edit of a record, and those of one record come in the order given.
 */
export const inBatches = (relation: string, order: 'ASC' | 'DESC'): string => `
    SELECT numbered.resource, array_agg(numbered.id) AS ids
    FROM (
      SELECT
        ranked.*,
        (row_number() OVER (PARTITION BY ranked.resource, ranked.rank ORDER BY ranked.record_id) - 1) / ${MOST} AS part
      FROM (
        SELECT
          o.*,
          row_number() OVER (PARTITION BY o.resource, o.record_id ORDER BY o.id ${order}) AS rank
        FROM ${relation} AS o
      ) AS ranked
    ) AS numbered
    GROUP BY numbered.rank, numbered.resource, numbered.part
    ORDER BY numbered.rank, numbered.resource, numbered.part`;
