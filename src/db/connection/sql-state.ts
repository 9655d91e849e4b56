import { FAILED_QUERY } from '../../errors.ts';

/** An error and its causes, outermost first. */
export function* layersOf(error: unknown): Generator<Error & { code?: unknown }> {
  for (let layer = error; layer instanceof Error; layer = layer.cause) yield layer;
}

/** The first code in an error or its causes, a SQLSTATE or a code of Node's; empty if there is none. */
export function sqlState(error: unknown): string {
  for (const { code } of layersOf(error)) if (typeof code === 'string') return code;
  return '';
}

/** The form of a SQLSTATE. */
const STATE = /^[0-9A-Z]{5}$/;

/** The quoted part of a message of class 22 (data exception), which is often the value. */
const QUOTED = /".*"/s;

/**
 * Postgres's message for a refused statement and its SQLSTATE, without the statement and its values; undefined if the
 * error is not the database's.
 */
export function refusalIn(error: unknown): string | undefined {
  let isQuery = false;
  for (const layer of layersOf(error)) {
    if ('severity' in layer && typeof layer.code === 'string' && STATE.test(layer.code)) {
      const said = layer.code.startsWith('22') ? layer.message.replace(QUOTED, '"…"') : layer.message;
      return `${said} (SQLSTATE ${layer.code})`;
    }
    isQuery ||= FAILED_QUERY.test(layer.message);
  }
  return isQuery ? 'a query failed' : undefined;
}

/** Whether another transaction has locked a row (`lock_not_available`). */
export const isRowLocked = (error: unknown): boolean => sqlState(error) === '55P03';

/** Whether another transaction has locked a row, or each waited for the other (`deadlock_detected`). */
export const isLockContention = (error: unknown): boolean =>
  isRowLocked(error) || sqlState(error) === '40P01';

/**
 * Whether another row of the table has the same id (`unique_violation` of the primary key, not of another
 * constraint).
 */
export const isIdTaken = (error: unknown, table: string): boolean =>
  sqlState(error) === '23505' &&
  [...layersOf(error)].some((layer) => 'constraint' in layer && layer.constraint === `${table}_pkey`);

/**
 * Whether other transactions use a table or view: the lock timed out, waiting for it was a deadlock, or another
 * transaction changed its entry in the catalogue.
 */
export function isInUse(error: unknown): boolean {
  if (/^(55P03|40P01)$/.test(sqlState(error))) return true;
  return [...layersOf(error)].some(({ message }) => message.includes('tuple concurrently updated'));
}
