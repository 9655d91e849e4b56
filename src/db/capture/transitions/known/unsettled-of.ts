import { UNSETTLED } from '../../../../edits/states.ts';
import { listOf } from '../../expressions.ts';

/**
 * SQL: FROM items for the unsettled edits of a record, `e`, beside a relation that has `record_id`. `OFFSET 0` makes
 * Postgres look for each record by itself: with statistics from before the edits, it would rather read all of the
 * resource for each.
 */
export const unsettledOf = (
  {
    resource,
    record,
    operation = 'update',
  }: { readonly resource: string; readonly record: string; readonly operation?: string },
  and = '',
): string => `LATERAL (
      SELECT o.id, o.record_id, o.changes, o.base, o.shadow
      FROM pylon_sync.edits AS o
      WHERE o.resource = ${resource}
        AND o.record_id = ${record}
        AND o.operation = '${operation}'
        AND o.state IN (${listOf(UNSETTLED)})${
          and === ''
            ? ''
            : `
        AND ${and}`
        }
      OFFSET 0
    )`;
