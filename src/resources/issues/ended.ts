/**
 * When an issue ended, over its columns: when it was resolved, or last changed where it is closed without that; infinity
 * while it is open. Its values have indexes: of open issues, and with the spans of closed ones.
 */
export const ENDED =
  "coalesce(resolution_time, CASE WHEN state = 'closed' THEN coalesce(updated_at, created_at) END, 'infinity')";

/** The same of an issue of an alias. */
export const ended = (alias: string): string => inAlias(ENDED, alias);

/** Whether an issue of an alias is open: neither resolved nor closed. */
export const isOpen = (alias: string): string => `${ended(alias)} = 'infinity'`;

/** Bounds, in days, of the time from the creation of a closed issue to its end; the last one is no bound. */
export const SPANS = [4, 16, 64, 256, 4_000_000] as const;

/**
 * The least bound of `SPANS` that the issue stayed below; null while it is open. With it an index finds the issues that
 * were open on a day: they have ended by so many days after it. (Infinite times have no difference.)
 */
export const SPAN = `CASE WHEN ${ENDED} = 'infinity' THEN NULL
  WHEN NOT isfinite(${ENDED}) OR NOT isfinite(created_at) THEN ${SPANS.at(-1)}
  ${SPANS.slice(0, -1)
    .map((days) => `WHEN ${ENDED} - created_at < '${days} days' THEN ${days}`)
    .join(' ')} ELSE ${SPANS.at(-1)} END`.replaceAll(/\s+/g, ' ');

/** The same of an issue of an alias. */
export const spanned = (alias: string): string => inAlias(SPAN, alias);

const inAlias = (expression: string, alias: string): string =>
  expression.replaceAll(/\b(resolution_time|state|updated_at|created_at)\b/g, `${alias}.$1`);
