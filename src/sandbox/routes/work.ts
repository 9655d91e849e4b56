import { parseInstant } from '../data/instants.ts';
import { behind } from '../data/memory-table.ts';
import type { Row } from '../data/rows.ts';
import { limitOf, PAGE, pagedRoute, pageOf, placeOf, wholeRoute } from './pages.ts';
import { badRequest } from './refusal.ts';
import { type Call, getRoute, type Reply, type Route, route, rowOf } from './route.ts';
import { searchRoute } from './search.ts';

/** Reading tasks, projects, milestones, surveys and the audit log. */
export const workRoutes: readonly Route[] = [
  pagedRoute('GET /tasks', 'high', 'tasks'),
  searchRoute('POST /tasks/search', 'middle', 'tasks'),
  getRoute('GET /tasks/{id}', 'high', 'tasks'),
  route('GET /tasks/{id}/comments', 'high', (call) => {
    const rows = call.state.tables.task_comments.under(rowOf(call, 'tasks').key);
    return { is: 'list', resource: 'task_comments', objects: rows.map(call.state.show), next: undefined };
  }),
  searchRoute('POST /projects/search', 'middle', 'projects'),
  getRoute('GET /projects/{id}', 'high', 'projects'),
  getRoute('GET /milestones/{id}', 'high', 'milestones'),
  wholeRoute('GET /surveys', 'high', 'surveys', { paged: false }),
  searchRoute('POST /surveys/search', 'middle', 'surveys', { paged: false }),
  getRoute('GET /surveys/{id}', 'high', 'surveys'),
  route('GET /surveys/{id}/responses', 'high', listResponses),
  pagedRoute('GET /audit-logs', 'high', 'audit_logs'),
  searchRoute('POST /audit-logs/search', 'low', 'audit_logs'),
];

/** Newest first, between two times of submission where given. */
function listResponses(call: Call): Reply {
  const survey = rowOf(call, 'surveys');
  const { account_id, contact_id, limit, cursor } = call.query;
  const after = bound(call, 'submitted_after') ?? Number.NEGATIVE_INFINITY;
  const before = bound(call, 'submitted_before') ?? Number.POSITIVE_INFINITY;
  const passes = ({ object }: Row) => {
    const submitted = parseInstant(object.submitted_at) ?? 0;
    return (
      submitted > after &&
      submitted < before &&
      (account_id === undefined || object.account_id === account_id) &&
      (contact_id === undefined || object.contact_id === contact_id)
    );
  };
  const rows = [...call.state.tables.survey_responses.under(survey.key)].reverse();
  return pageOf(
    call,
    'survey_responses',
    behind(rows, placeOf(cursor), 'newest'),
    limitOf(limit, PAGE),
    passes,
  );
}

function bound(call: Call, name: string): number | undefined {
  const text = call.query[name];
  const time = parseInstant(text);
  if (text !== undefined && time === undefined) throw badRequest(`${name} must be a time in RFC 3339`);
  return time;
}
