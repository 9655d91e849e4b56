import pg from 'pg';
import { awayOr, DatabaseAwayError } from '../connection/away.ts';
import { layersOf } from '../connection/sql-state.ts';

/** One row that cannot be written, whatever else is in its page. */
export class RowFaultError extends Error {
  override name = 'RowFaultError';
}

/**
 * SQLSTATE classes that blame something other than the row being written: 08 connection, 40 rollback (deadlock,
 * serialization), 53 resources, 55 state (locks), 57 intervention (shutdown, time-outs), 58 system, XX internal.
 */
const NOT_THE_ROW = /^(08|40|53|55|57|58|XX)/;

/**
 * Whether an error of a statement that writes rows may be the fault of one of them: a value, a constraint, a trigger
 * of the user's own. Halving the rows tells.
 */
export function mayBeOneRow(error: unknown): boolean {
  if (awayOr(error) instanceof DatabaseAwayError) return false;
  for (const layer of layersOf(error)) {
    if (layer instanceof RowFaultError) return true;
    if (layer instanceof pg.DatabaseError) return !NOT_THE_ROW.test(layer.code ?? 'XX');
  }
  return false;
}
