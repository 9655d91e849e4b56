import { z } from 'zod';
import { instant, parseInstant } from '../../data/instants.ts';
import type { Fields, Row } from '../../data/rows.ts';
import { bodyOf, customFieldWrites, filled, texts, time } from '../../routes/body.ts';
import { customFieldsAfter } from '../../routes/custom-fields.ts';
import { badRequest } from '../../routes/refusal.ts';
import { type Call, type Reply, shown } from '../../routes/route.ts';
import { change, clearable, distinct, nowIn, same } from '../../routes/writes.ts';
import { issueOf } from './find.ts';

const update = z.strictObject({
  title: filled.exactOptional(),
  state: z.string().exactOptional(),
  type: z.enum(['conversation', 'ticket']).exactOptional(),
  account_id: z.string().exactOptional(),
  requester_id: z.string().exactOptional(),
  requestor_id: z.string().exactOptional(),
  assignee_id: z.string().exactOptional(),
  team_id: z.string().exactOptional(),
  tags: texts.exactOptional(),
  custom_fields: customFieldWrites.exactOptional(),
  customer_portal_visible: z.boolean().exactOptional(),
});
const snooze = z.strictObject({ snooze_until: time });
const link = z.strictObject({
  source: filled,
  external_issue_id: filled,
  operation: z.enum(['link', 'unlink']).default('link'),
});

export function updateIssue(call: Call): Reply {
  const body = bodyOf(call, update);
  const row = issueOf(call);
  const issue = row.object;
  if (body.type === 'conversation' && issue.type === 'ticket') {
    throw badRequest('type: a ticket cannot become a conversation again');
  }
  return change(call, 'issues', row, {
    ...same(body, ['type', 'customer_portal_visible']),
    ...(body.title === undefined ? {} : { title: body.title.trim() }),
    ...(body.tags === undefined ? {} : { tags: distinct(body.tags) }),
    ...stateChange(call, row, body.state),
    ...clearable(call, 'accounts', 'account_id', body.account_id, 'account'),
    ...clearable(call, 'contacts', 'requester_id', body.requester_id ?? body.requestor_id, 'requester'),
    ...clearable(call, 'users', 'assignee_id', body.assignee_id, 'assignee'),
    ...clearable(call, 'teams', 'team_id', body.team_id, 'team'),
    ...customFieldsAfter(call.state, 'issue', issue.custom_fields, body.custom_fields),
  });
}

export function snoozeIssue(call: Call): Reply {
  const { snooze_until } = bodyOf(call, snooze);
  const until = instant(parseInstant(snooze_until) ?? 0);
  return change(call, 'issues', issueOf(call), { snoozed_until_time: until });
}

/**
 * What a change of the state changes too: the time of resolution, and the counters, which continue in the new
 * state.
 */
function stateChange(call: Call, row: Row, state: string | undefined): Fields {
  if (state === undefined || state === row.object.state) return {};
  const status = call.state.table('issue_statuses').get(state);
  if (status === undefined || status.object.is_archived === true) {
    throw badRequest(`state: ${JSON.stringify(state)} is not a status`);
  }
  const { time_in_status_seconds, business_hours_time_in_status_seconds } = call.state.show(row);
  const closed = status.object.category === 'closed';
  const created = parseInstant(row.object.created_at) ?? call.state.now();
  const seconds = Math.floor((call.state.now() - created) / 1_000);
  return {
    state,
    time_in_status_seconds,
    business_hours_time_in_status_seconds,
    resolution_time: closed ? nowIn(call) : null,
    resolution_seconds: closed ? seconds : null,
    business_hours_resolution_seconds: closed ? Math.floor(seconds / 3) : null,
  };
}

export function changeExternalIssues(call: Call): Reply {
  const { source, external_issue_id, operation } = bodyOf(call, link);
  const issue = issueOf(call);
  const before = Array.isArray(issue.object.external_issues)
    ? (issue.object.external_issues as Fields[])
    : [];
  const others = before.filter((one) => one.source !== source || one.external_id !== external_issue_id);
  if (operation === 'unlink' && others.length === before.length)
    throw badRequest('external issue is not linked');
  if (operation === 'link' && others.length < before.length) return shown(call, 'issues', issue);
  const linked = {
    external_id: external_issue_id,
    source,
    link: `https://${source}.example/${external_issue_id}`,
  };
  return change(call, 'issues', issue, {
    external_issues: operation === 'link' ? [...others, linked] : others,
  });
}
