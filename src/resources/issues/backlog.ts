const PRIORITY = "custom_fields ->> 'priority'";

/** Priorities that Pylon has (its OpenAPI document, `priority` of a create). */
const PRIORITIES = ['urgent', 'high', 'medium', 'low'] as const;

/** SQL: whether these texts fit one row of an index, which takes 2,700 bytes at the most. */
const ARE_SHORT = `${['team_id', 'assignee_id', 'source', 'state']
  .map((text) => `coalesce(octet_length(${text}), 0)`)
  .join(' + ')} < 2000`;

/** Issues of one priority, which have an index of their own. */
interface OfPriority {
  readonly index: string;
  /** SQL: their priority. */
  readonly priority: string;
  /** SQL: whether an issue is one of them, over its columns. */
  readonly belongs: string;
}

/**
 * The issues by their priority. An index that holds a part of a JSON value cannot answer a query without the row, so the priority
 * is not in an index: it is the index.
 */
export const BY_PRIORITY: readonly OfPriority[] = [
  ...PRIORITIES.map((priority) => ({
    index: `issues_backlog_${priority}`,
    priority: `'${priority}'::text`,
    belongs: `${PRIORITY} = '${priority}' AND ${ARE_SHORT}`,
  })),
  {
    index: 'issues_backlog_none',
    priority: 'NULL::text',
    belongs: `${PRIORITY} IS NULL AND ${ARE_SHORT}`,
  },
];

/** All that are in none of these: of a priority that Pylon does not have today, or with texts that are too long for an index. */
export const OTHERS: OfPriority = {
  index: 'issues_backlog_others',
  priority: PRIORITY,
  belongs: `((${PRIORITY} IN (${PRIORITIES.map((priority) => `'${priority}'`).join(', ')}) OR ${PRIORITY} IS NULL) AND ${ARE_SHORT}) IS NOT TRUE`,
};
