import type { Row } from '../../data/rows.ts';
import { notFound } from '../../routes/refusal.ts';
import { type Call, listed, param, type Reply, rowNamed } from '../../routes/route.ts';

/** The issue that a path names, by id or number. */
export function issueOf(call: Call): Row {
  const issues = call.state.table('issues');
  const id = param(call, 'id');
  const row = rowNamed(call, 'issues', id);
  if (row !== undefined) return row;
  if (/^\d+$/.test(id)) {
    for (const candidate of issues.newest()) if (candidate.object.number === Number(id)) return candidate;
  }
  throw notFound('issue');
}

/** All children of one kind of the issue that a path names, in one answer. */
export const allOfIssue = (call: Call, resource: string): Reply =>
  listed(call, resource, call.state.table(resource).under(issueOf(call).key));
