import type { EditCounts } from '../../src/db/status/edit-counts.ts';
import type { RunStatus } from '../../src/db/status/facts.ts';
import type { ResourceStatus, Status } from '../../src/db/status/status.ts';

/** The moment at which statuses of the tests are looked at. */
export const NOW = Date.parse('2026-03-01T12:00:00Z');

export function runStatus(fields: Partial<RunStatus> = {}): RunStatus {
  return {
    ...{ kind: 'backfill', outcome: 'done', error: null, requests: 1 },
    ...{ started_at: '2026-03-01T11:59:20Z', finished_at: '2026-03-01T11:59:30Z' },
    ...{ read: 0, inserted: 0, updated: 0, unchanged: 0, deleted: 0, rejected: 0, drifted: 0 },
    ...fields,
  };
}

/** A resource that was never read, but for the fields given. */
export function resourceStatus(resource: string, fields: Partial<ResourceStatus> = {}): ResourceStatus {
  return {
    ...{
      resource,
      rows: 0,
      rows_estimated: false,
      fresh_as_of: null,
      lag_seconds: null,
      last_run: null,
      failing: null,
    },
    ...{ unavailable: false, rejected: 0, waiting: 0, deleted: 0, backfill: 'none', windows: null },
    ...{ late: [], complete_as_of: null },
    ...{ covered: null, drift: { reconcile: null, audit: NO_AUDIT } },
    ...fields,
  };
}

const NO_AUDIT = { sampled: 0, differed: 0, drifted: 0, rate: null };

export function drift(reconcile: number | null, sampled = 0, drifted = 0): ResourceStatus['drift'] {
  const rate = sampled === 0 ? null : drifted / sampled;
  return { reconcile, audit: { sampled, differed: drifted, drifted, rate } };
}

/** No edits, but for those given. */
export function editCounts(
  some: Partial<EditCounts['by_state']> = {},
  waiting_seconds: number | null = null,
): EditCounts {
  const none = { draft: 0, pending: 0, sending: 0, applied: 0, conflict: 0, failed: 0, discarded: 0 };
  return {
    by_state: { ...none, ...some },
    waiting_seconds,
    stuck: { edits: 0, seconds: 0, error: null },
    answered: { edits: 0, error: null },
  };
}

/** A mirror that was never filled, but for the fields given. */
export function mirrorStatus(fields: Partial<Status> = {}): Status {
  return {
    ...{ as_of: '2026-03-01T12:00:00Z', workspace: null, holder: null, plan: null },
    ...{ pylon: null, token: null, schedule: null, clock: null },
    ...{ resources: [], stopped_scans: [], budgets: [], edits: editCounts() },
    ...{ views: [], collations: [], altered: [], types: { unknown: [], unfollowed: [] }, untold: null },
    ...fields,
  };
}
