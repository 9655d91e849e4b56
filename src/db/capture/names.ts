import pg from 'pg';

/** An identifier in SQL text, quoted by the driver. */
export const identifier = (name: string): string => pg.escapeIdentifier(name);

/** A text in SQL text, quoted by the driver. */
export const literal = (text: string): string => pg.escapeLiteral(text);

/** A mirror table, with its schema. */
export const tableOf = (name: string): string => `pylon.${identifier(name)}`;

/** The daemon's mark, as its statements bear it: in a trigger that they set off it is another one. */
export const MARK = `'on' || coalesce(nullif(pg_trigger_depth(), 0)::text, '')`;

/**
 * Whether a statement is not the daemon's own: its mark counts only for who owns the mirror, and not in triggers of the
 * user's own that its statements set off.
 */
export const notDaemonWrite = (owner: string): string =>
  `(current_setting('pylon_sync.daemon', true) IS DISTINCT FROM ${MARK} OR NOT pg_has_role(current_user, ${literal(owner)}, 'MEMBER'))`;

/**
 * What functions run with, whoever calls them: nothing of the caller's decides what a name means, or in which zone a time
 * is written into an edit.
 */
export const FIXED = "SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC'";

/** How functions that run with their owner's rights are made. */
export const DEFINER = `SECURITY DEFINER ${FIXED}`;

/** What a statement's trigger knows the rows by, as they were and as they become. */
export const TRANSITION = { old: 'rows_before', new: 'rows_after' } as const;
