/**
 * When an issue ended, over its columns: when it was resolved, or last changed where it is closed without that; infinity
 * while it is open. Its values have indexes: of open issues, and with the spans of those that took long.
 */
export const ENDED =
  "coalesce(resolution_time, CASE WHEN state = 'closed' THEN coalesce(updated_at, created_at) END, 'infinity')";

/** Whether an issue is open, over its columns: neither resolved nor closed. */
export const IS_OPEN = `${ENDED} = 'infinity'`;

/**
 * Whether it is not. Written without NOT, which Postgres would make part of the comparison: it would not find an index of whether an
 * issue is open.
 */
export const IS_CLOSED = `(${IS_OPEN}) IS FALSE`;

/** Whether an issue of an alias is open. */
export const isOpenByIndex = (alias: string): string =>
  IS_OPEN.replaceAll(/\b(resolution_time|state|updated_at|created_at)\b/g, `${alias}.$1`);

/** The states of category closed, as those of the workspace's own may be. */
const OF_CLOSED = "SELECT status.id FROM pylon.issue_statuses AS status WHERE status.category = 'closed'";

/** Whether a state is closed, or one of the workspace's own that counts as closed. */
export const isClosedState = (state: string): string => `(${state} = 'closed' OR ${state} IN (${OF_CLOSED}))`;

/**
 * Whether an issue of an alias is open, where an issue in a closed state of the workspace's own is not, with or without a
 * resolution time. An index cannot ask another table for that, so this is for views that read the rows. It does not compare the state with `closed` by itself:
 * Postgres would expect next to no issue to be open, since most are closed.
 */
export const isOpen = (alias: string): string =>
  `${isOpenByIndex(alias)} AND (${alias}.state IN (${OF_CLOSED} UNION ALL SELECT 'closed')) IS NOT TRUE`;

/** Most issues end within so many days. */
export const SOON_DAYS = 4;

/** Whether a closed issue took longer. (Infinite times have no difference.) */
export const LASTED = `CASE WHEN isfinite(${ENDED}) AND isfinite(created_at) THEN ${ENDED} - created_at >= '${SOON_DAYS} days' ELSE true END`;

/** Bounds, in days, of how long those were open; the last one is no bound. */
export const SPANS = [16, 64, 256, 4_000_000] as const;

/**
 * The least bound of `SPANS` that such an issue stayed below; null while it is open. With it an index finds the issues that
 * were open on a day: they have ended by so many days after it.
 */
export const SPAN = `CASE WHEN ${ENDED} = 'infinity' THEN NULL
  WHEN NOT isfinite(${ENDED}) OR NOT isfinite(created_at) THEN ${SPANS.at(-1)}
  ${SPANS.slice(0, -1)
    .map((days) => `WHEN ${ENDED} - created_at < '${days} days' THEN ${days}`)
    .join(' ')} ELSE ${SPANS.at(-1)} END`.replaceAll(/\s+/g, ' ');
