/**
 * When an issue ended, over its columns: when it was resolved, or last changed where it is closed without that; infinity
 * while it is open. It has an index.
 */
export const ENDED =
  "coalesce(resolution_time, CASE WHEN state = 'closed' THEN coalesce(updated_at, created_at) END, 'infinity')";

/** The same of an issue of an alias. */
export const ended = (alias: string): string =>
  ENDED.replaceAll(/\b(resolution_time|state|updated_at|created_at)\b/g, `${alias}.$1`);

/** Whether an issue of an alias is open: neither resolved nor closed. */
export const isOpen = (alias: string): string => `${ended(alias)} = 'infinity'`;
