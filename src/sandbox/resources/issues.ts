import { DAY, parseInstant } from '../data/instants.ts';
import { behind } from '../data/memory-table.ts';
import type { Row } from '../data/rows.ts';
import { limitOf, pageOf, placeOf } from '../routes/pages.ts';
import { badRequest, notFound, Refusal } from '../routes/refusal.ts';
import { type Call, param, type Reply, type Route, route, rowNamed, shown } from '../routes/route.ts';
import { searchRoute } from '../routes/search.ts';

/** Reading issues and what hangs on them. */
export const issueRoutes: readonly Route[] = [
  route('GET /issues', 'low', listIssues),
  searchRoute('POST /issues/search', 'middle', 'issues', { text: ['title', 'body_html'] }),
  route('GET /issues/{id}', 'high', (call) => shown(call, 'issues', issueOf(call))),
  route('GET /issues/{id}/messages', 'middle', listMessages),
  route('GET /issues/{id}/followers', 'high', (call) => under(call, 'issue_followers')),
  route('GET /issues/{id}/threads', 'middle', (call) => under(call, 'issue_threads')),
];

/** The issue a path names by id or by number. */
export function issueOf(call: Call): Row {
  const { issues } = call.state.tables;
  const id = param(call, 'id');
  const row = rowNamed(call, 'issues', id);
  if (row !== undefined) return row;
  if (/^\d+$/.test(id)) {
    for (const candidate of issues.newest()) if (candidate.object.number === Number(id)) return candidate;
  }
  throw notFound('issue');
}

/** Filters by `created_at` alone: an update to an older issue is not seen here. */
function listIssues(call: Call): Reply {
  const { maxWindowDays, windowBounds } = call.state.settings;
  const start = timeOf(call, 'start_time');
  const end = timeOf(call, 'end_time');
  if (end < start) throw badRequest('end_time must not be before start_time');
  if (end - start > maxWindowDays * DAY) {
    throw badRequest(`the time range must be at most ${maxWindowDays} days`);
  }
  const asked = limitOf(call.query.limit, { least: 0, most: 20_000, usual: 20_000 });
  const ending = windowBounds === 'closed' ? end + 999 : end - 1;
  const place = placeOf(call.query.cursor) ?? { created: ending + 1, key: '' };
  const rows = call.state.tables.issues.newest(
    place.created > ending + 1 ? { created: ending + 1, key: '' } : place,
  );
  return pageOf(call, 'issues', since(rows, start), asked === 0 ? 20_000 : asked);
}

function* since(rows: Iterable<Row>, start: number): Generator<Row> {
  for (const row of rows) {
    if (row.created < start) return;
    yield row;
  }
}

function timeOf(call: Call, name: string): number {
  const text = call.query[name];
  if (text === undefined || text === '') throw badRequest(`${name} is required`);
  const time = parseInstant(text);
  if (time === undefined) throw badRequest(`${name} must be a time in RFC 3339`);
  return time;
}

/** Oldest first; without `limit` and `cursor` all in one answer. */
function listMessages(call: Call): Reply {
  const { limit, cursor } = call.query;
  const place = placeOf(cursor);
  const size = limitOf(limit, { least: 1, most: 1_000, usual: cursor === undefined ? undefined : 100 });
  const issue = stillThere(call);
  const rows = call.state.tables.issue_messages.under(issue.key);
  return pageOf(call, 'issue_messages', behind(rows, place, 'oldest'), size);
}

/** The messages of an issue that is gone were answered in three ways. */
function stillThere(call: Call): Row {
  try {
    return issueOf(call);
  } catch (error) {
    const id = param(call, 'id');
    const status = [404, 410, 400][id.charCodeAt(id.length - 1) % 3] ?? 404;
    if (!call.state.settings.traps) throw error;
    throw new Refusal(status, 'issue not found', status === 404 ? { code: 'not_found' } : {});
  }
}

function under(call: Call, resource: 'issue_followers' | 'issue_threads'): Reply {
  const rows = call.state.tables[resource].under(issueOf(call).key);
  return { is: 'list', resource, objects: rows.map(call.state.show), next: undefined };
}
