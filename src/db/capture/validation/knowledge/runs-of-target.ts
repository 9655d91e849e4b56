/**
 * SQL for the runs of the resource that the parameter `target` names, after an id, as `r`. It compares both columns of
 * the index: for `resource = target` the planner would scan all runs backwards by id.
 */
export const runsAfter = (id: string): string => `pylon_sync.runs AS r
    WHERE (r.resource, r.id) > (target, ${id})
      AND (r.resource, r.id) <= (target, 9223372036854775807)`;

/** SQL: the newest of them first. */
export const NEWEST = 'r.resource DESC, r.id DESC';
