import { UNSETTLED } from '../../../../edits/states.ts';
import { listOf } from '../../expressions.ts';

interface Of {
  readonly resource: string;
  readonly record: string;
  readonly operation?: string;
}

/**
 * SQL: the unsettled edits of a record. `OFFSET 0` makes Postgres look for each record by itself: with statistics from
 * before the edits, it would rather read all of the resource for each.
 */
const ofRecord = (columns: string, { resource, record, operation = 'update' }: Of, and: string): string => `(
      SELECT${columns}
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

/** SQL: FROM items for the unsettled edits of a record, `e`, beside a relation that has `record_id`. */
export const unsettledOf = (of: Of, and = ''): string =>
  `LATERAL ${ofRecord(' o.id, o.record_id, o.changes, o.base, o.shadow', of, and)}`;

/** SQL: whether a record has an unsettled edit, `o`, for which `and` is true. */
export const hasUnsettled = (of: Of, and = ''): string => `EXISTS ${ofRecord('', of, and)}`;
