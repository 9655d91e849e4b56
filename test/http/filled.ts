import { savePlan } from '../../src/db/progress/estimate.ts';
import { bindWorkspace } from '../../src/db/workspace/workspace.ts';
import { contacts } from '../../src/resources/contacts.ts';
import { issues } from '../../src/resources/issues.ts';
import type { Mirror } from '../helpers/leased-database.ts';

/** What somebody might write where it is shown. */
export const HOSTILE = `<script>alert("1")</script><img src=x onerror='alert(2)'>&amp;`;

/** A mirror with a day behind it in which something of every kind has happened, under hostile names. */
export async function fill(mirror: Mirror): Promise<void> {
  await bindWorkspace(mirror, mirror.lease, { id: 'org_1', name: `Acme ${HOSTILE}` });
  await mirror.store(issues, [{ id: 'i1' }, { id: 'i2' }, { title: 'without an id' }]);
  await mirror.store(contacts, [{ id: 'c1' }]);
  const run = (query: string, values: unknown[] = []) => mirror.pool.query(query, values);
  await run(`
    INSERT INTO pylon_sync.runs (resource, kind, outcome, started_at, finished_at, requests, rows_read, rows_updated, rows_drifted, token)
    SELECT resource, kind, 'done', started, started + interval '3 seconds', 3, 40, changed, drifted, 1
      FROM (SELECT 'issues' AS resource, 'changes' AS kind, at AS started, (extract(hour FROM at) * 3)::int AS changed, 0 AS drifted
              FROM generate_series(now() - interval '24 hours', now() - interval '10 minutes', interval '30 minutes') AS at
             UNION ALL
            SELECT resource, 'reconcile', now() - interval '5 minutes', 2, CASE resource WHEN 'contacts' THEN 3 ELSE 0 END
              FROM unnest(ARRAY['issues', 'contacts', 'users', 'tasks']) AS resource) AS past
     ORDER BY started`);
  await run(
    `INSERT INTO pylon_sync.runs (resource, kind, outcome, error, started_at, finished_at, requests, token)
     VALUES ('surveys', 'lists', 'failed', $1, now() - interval '2 minutes', now() - interval '1 minute', 7, 1),
            ('audit_logs', 'lists', 'unavailable', $2, now() - interval '2 minutes', now() - interval '1 minute', 1, 1),
            ('issues', 'changes', 'running', NULL, now(), NULL, 0, 1)`,
    [`GET /surveys: 502 ${HOSTILE}`, `GET /audit-logs: 403 ${HOSTILE}`],
  );
  await run(
    `INSERT INTO pylon_sync.tombstones (resource, record_id, evidence, restored_at)
     VALUES ('issues', $1, $2, NULL), ('issue_messages', 'm1', '{"parent": "i9"}', NULL), ('accounts', 'a1', '{}', now())`,
    [
      `i9 ${HOSTILE}`,
      { absent_from: `GET /issues ${HOSTILE}`, confirmed_by: 'GET /issues/{id}', status: 404 },
    ],
  );
  await run(`
    INSERT INTO pylon_sync.scans (resource, kind, state, finished_at, first_order, live, candidates)
    VALUES ('tasks', 'reconcile', 'stopped', now(), 1, 4000, 1200)`);
  await run(
    `INSERT INTO pylon_sync.edits (resource, record_id, operation, changes, base, state, actor, txid, settled_at)
     SELECT 'issues', 'i1', 'update', '{}', '{}', state, $1, 1, CASE state WHEN 'applied' THEN now() END
       FROM unnest(ARRAY['pending', 'pending', 'sending', 'conflict', 'applied']) AS state`,
    [HOSTILE],
  );
  await run(`INSERT INTO pylon_sync.audits VALUES ('issues', current_date, 400, 3, 1)`);
  await run(`INSERT INTO pylon_sync.rereads (resource, record_id, facts) VALUES ('users', 'u1', '{}')`);
  await run(
    `INSERT INTO pylon_sync.budgets (endpoint, per_minute, queued, answered_at, paused_until)
     VALUES ('GET /issues/{id}/messages', 108, 540, $1, NULL),
            ('GET /knowledge-bases/{id}/articles', 27, 2, '[]', now() + interval '40 seconds')`,
    [JSON.stringify(Array(108).fill(Date.now()))],
  );
  await savePlan(mirror.orm, {
    ...{ as_of: new Date().toISOString(), seconds_left: 11_400, at_least: true },
    bottleneck: 'GET /issues/{id}/messages',
    endpoints: [
      { endpoint: 'GET /issues/{id}/messages', remaining_requests: 20_520, seconds_left: 11_400 },
      { endpoint: 'GET /issues', remaining_requests: 18, seconds_left: 40 },
    ],
    resources: [
      { resource: 'issue_messages', state: 'running', covered: 0.41, remaining_requests: 20_520 },
      { resource: 'article_translations', state: 'waiting', covered: null, remaining_requests: null },
    ],
  });
}
