/** An error and all beneath it, outermost first. */
export function* layersOf(error: unknown): Generator<Error & { code?: unknown }> {
  for (let layer = error; layer instanceof Error; layer = layer.cause) yield layer;
}

/** The SQLSTATE that an error carries, at whatever depth; empty where there is none. */
export function sqlState(error: unknown): string {
  for (const { code } of layersOf(error)) if (typeof code === 'string') return code;
  return '';
}

/** A SQLSTATE. */
const STATE = /^[0-9A-Z]{5}$/;

/** What Drizzle says of a query that failed: the statement and its parameters. */
const QUERY = /^Failed query: /;

/** What is between quotes in an error of a value (class 22): often the value. */
const QUOTED = /".*"/s;

/**
 * What Postgres said as it refused a statement, and its SQLSTATE, without the statement and without any value of it;
 * undefined where an error is none of the database's.
 */
export function refusalIn(error: unknown): string | undefined {
  let isQuery = false;
  for (const layer of layersOf(error)) {
    if ('severity' in layer && typeof layer.code === 'string' && STATE.test(layer.code)) {
      const said = layer.code.startsWith('22') ? layer.message.replace(QUOTED, '"…"') : layer.message;
      return `${said} (SQLSTATE ${layer.code})`;
    }
    isQuery ||= QUERY.test(layer.message);
  }
  return isQuery ? 'a query failed' : undefined;
}

/** Another transaction holds a row (`lock_not_available`). */
export const isLockHeld = (error: unknown): boolean => sqlState(error) === '55P03';

/** Another row of the table has the same id (`unique_violation` of its primary key, and of no other). */
export const isIdTaken = (error: unknown, table: string): boolean =>
  sqlState(error) === '23505' &&
  [...layersOf(error)].some((layer) => 'constraint' in layer && layer.constraint === `${table}_pkey`);

/**
 * Other transactions use a table or view: a lock was not to be had in time, waiting for it was a deadlock, or its
 * entry in the catalogue was changed by another one.
 */
export function isInUse(error: unknown): boolean {
  if (/^(55P03|40P01)$/.test(sqlState(error))) return true;
  return [...layersOf(error)].some(({ message }) => message.includes('tuple concurrently updated'));
}
