import pg from 'pg';
import { awayOr, DatabaseAwayError } from '../connection/away.ts';
import { layersOf } from '../connection/sql-state.ts';

/** A row cannot be written for a reason of its own, independent of the other rows of its page. */
export class RowFaultError extends Error {
  override name = 'RowFaultError';
}

/**
 * SQLSTATE classes of errors that no single row causes: 08 connection, 40 rollback (deadlock, serialization), 53
 * resources, 55 state (locks), 57 intervention (shutdown, time-outs), 58 system, XX internal.
 */
const NOT_THE_ROW = /^(08|40|53|55|57|58|XX)/;

/**
 * Whether one of the rows that a statement writes may have caused its error: by a value, a constraint, a user's
 * trigger. Halving the rows finds out which.
 */
export function mayBeOneRow(error: unknown): boolean {
  if (awayOr(error) instanceof DatabaseAwayError) return false;
  for (const layer of layersOf(error)) {
    if (layer instanceof RowFaultError) return true;
    if (layer instanceof pg.DatabaseError) return !NOT_THE_ROW.test(layer.code ?? 'XX');
  }
  return false;
}
