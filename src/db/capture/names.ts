import pg from 'pg';
import type { RowNames } from '../../resources/writes.ts';

/** An identifier in SQL text, quoted by the driver. */
export const identifier = (name: string): string => pg.escapeIdentifier(name);

/** A string literal in SQL text, quoted by the driver. */
export const literal = (text: string): string => pg.escapeLiteral(text);

/** A mirror table, with its schema. */
export const tableOf = (name: string): string => `pylon.${identifier(name)}`;

/**
 * The value of `pylon_sync.daemon` that marks the daemon's own statements. In a trigger that they fire the value
 * differs.
 */
export const MARK = `'on' || coalesce(nullif(pg_trigger_depth(), 0)::text, '')`;

/**
 * SQL: whether a statement is not the daemon's own. The mark counts only for the owner of the mirror, and not in
 * users' triggers that the daemon's statements fire.
 */
export const notDaemonWrite = (owner: string): string =>
  `(current_setting('pylon_sync.daemon', true) IS DISTINCT FROM ${MARK} OR NOT pg_has_role(current_user, ${literal(owner)}, 'MEMBER'))`;

/**
 * Settings of functions, so that the caller's settings do not decide how names are resolved, or in which zone an edit
 * stores times.
 */
export const FIXED = "SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC'";

/** Attributes of functions that run with their owner's privileges. */
export const DEFINER = `SECURITY DEFINER ${FIXED}`;

/** The same for what runs once a row and shows no time: each further setting costs as much as a look at a table. */
export const DEFINER_OF_ROW = 'SECURITY DEFINER SET search_path = pg_catalog, pg_temp';

/** Names of the transition tables in statement triggers. */
export const TRANSITION = { old: 'rows_before', new: 'rows_after' } as const;

/** A row's columns in a trigger that runs for each row. */
export const IN_ROW: RowNames = {
  was: (column) => `OLD.${identifier(column)}`,
  is: (column) => `NEW.${identifier(column)}`,
};
