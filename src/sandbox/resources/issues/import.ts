import { z } from 'zod';
import { instant, parseInstant } from '../../data/instants.ts';
import type { Fields, Row } from '../../data/rows.ts';
import { bodyOf, customFieldWrites, filled, texts, time } from '../../routes/body.ts';
import { customFieldsAfter } from '../../routes/custom-fields.ts';
import { sanitized } from '../../routes/html.ts';
import { badRequest, duplicate } from '../../routes/refusal.ts';
import type { Call, Reply } from '../../routes/route.ts';
import { dates, distinct, nowIn, reference } from '../../routes/writes.ts';
import { post } from '../issue_messages/post.ts';
import { issueOf } from './find.ts';

const message = z.strictObject({
  attachment_urls: texts.exactOptional(),
  body_html: z.string(),
  contact_id: z.string().exactOptional(),
  created_at: time.exactOptional(),
  is_private: z.boolean(),
  user_id: z.string().exactOptional(),
});
const messages = z.array(message).min(1, 'at least one message is required');
type Message = z.output<typeof message>;

const issue = z.strictObject({
  account_id: z.string().exactOptional(),
  assignee_id: z.string().exactOptional(),
  attachment_urls: texts.exactOptional(),
  created_at: time.exactOptional(),
  custom_fields: customFieldWrites.exactOptional(),
  external_issues: z.array(z.strictObject({ external_issue_id: filled, source: filled })).exactOptional(),
  external_refs: z
    .strictObject({
      intercom_conversation_id: z.string().exactOptional(),
      zendesk_ticket_id: z.string().exactOptional(),
    })
    .exactOptional(),
  first_response_time: time.exactOptional(),
  issue_number: z.int().exactOptional(),
  messages,
  requester_id: z.string().exactOptional(),
  resolution_time: time.exactOptional(),
  state: filled,
  tags: texts.exactOptional(),
  team_id: z.string().exactOptional(),
  title: filled,
  updated_at: time.exactOptional(),
});

/** The addresses that Pylon takes: its own, and public ones. */
const isTaken = (url: string) => /^https:\/\/(?!localhost|127\.|10\.|192\.168\.)/.test(url);

/**
 * Imports an issue with its messages: state, times and number as given, and nobody is written to. A number that
 * another issue has is refused, and so is one that the counter has not reached.
 */
export function importIssue(call: Call): Reply {
  const sent = bodyOf(call, issue);
  const { state } = call;
  const statuses = [...state.table('issue_statuses').newest()];
  if (!statuses.some(({ object }) => object.slug === sent.state))
    throw badRequest(`state: ${sent.state} is no status`);
  for (const one of sent.messages) authorsOf(one);
  const number = numberOf(call, sent.issue_number);
  const created = instant(parseInstant(sent.created_at) ?? state.now());
  const { custom_fields = {} } = customFieldsAfter(state, 'issue', {}, sent.custom_fields);
  const skipped: string[] = [];
  const object: Fields = {
    id: state.newId('issues'),
    number,
    title: sent.title.trim(),
    link: `https://app.pylon.example/issues?issueNumber=${number}`,
    body_html: sanitized(sent.messages[0]?.body_html ?? ''),
    ...{ state: sent.state, type: 'conversation', source: 'manual' },
    account: sent.account_id ? reference(call, 'accounts', 'account_id', sent.account_id) : null,
    requester: sent.requester_id ? reference(call, 'contacts', 'requester_id', sent.requester_id) : null,
    assignee: sent.assignee_id ? reference(call, 'users', 'assignee_id', sent.assignee_id) : null,
    team: sent.team_id ? reference(call, 'teams', 'team_id', sent.team_id) : null,
    tags: distinct(sent.tags ?? []),
    custom_fields,
    ...{ created_at: created, updated_at: created },
    ...dates(sent, ['updated_at', 'resolution_time', 'first_response_time']),
    ...{ customer_portal_visible: false, author_unverified: false, number_of_touches: 0 },
    ...{ time_in_status_seconds: {}, business_hours_time_in_status_seconds: {}, snoozed_until_time: null },
    external_issues: (sent.external_issues ?? []).map(({ source, external_issue_id }) => ({
      ...{ source, external_id: external_issue_id, link: `https://${source}.example/${external_issue_id}` },
    })),
    attachment_urls: takenOf(sent.attachment_urls, skipped),
  };
  const row = state.store('issues', object);
  for (const one of sent.messages) imported(call, row, one, skipped);
  return imports(call, row, skipped);
}

/** Imports messages onto an issue, whose `updated_at` stays. */
export function importMessages(call: Call): Reply {
  const sent = bodyOf(call, z.strictObject({ messages }));
  const row = issueOf(call);
  const skipped: string[] = [];
  for (const one of sent.messages) authorsOf(one);
  for (const one of sent.messages) imported(call, row, one, skipped);
  return imports(call, row, skipped);
}

function authorsOf({ user_id, contact_id }: Message): void {
  if (user_id && contact_id)
    throw badRequest('messages: only one of user_id and contact_id can be specified');
}

function numberOf({ state }: Call, wanted: number | undefined): number {
  if (wanted === undefined) return state.newNumber();
  if (wanted < 1 || wanted >= state.nextNumber())
    throw badRequest('issue_number must be positive and lower than the current ticket number');
  for (const { key, object } of state.table('issues').newest())
    if (object.number === wanted) throw duplicate('issue', key);
  return wanted;
}

/** The addresses that pass Pylon's check; the others are skipped, and the answer names them. */
function takenOf(urls: readonly string[] = [], skipped: string[]): readonly string[] {
  skipped.push(...urls.filter((url) => !isTaken(url)));
  return urls.filter(isTaken);
}

function imported(call: Call, row: Row, sent: Message, skipped: string[]): void {
  const { user_id, contact_id, is_private } = sent;
  const timestamp =
    sent.created_at === undefined ? nowIn(call) : String(dates(sent, ['created_at']).created_at);
  const before = call.state.table('issues').get(row.key)?.object.latest_message_time;
  post(call, call.state.table('issues').get(row.key) ?? row, {
    ...{ message_html: sanitized(sent.body_html), timestamp, is_private, user_id, contact_id },
    more: { file_urls: takenOf(sent.attachment_urls, skipped) },
  });
  // A message of long ago is not the latest one.
  const now = call.state.table('issues').get(row.key);
  if (now !== undefined && typeof before === 'string' && before > timestamp)
    call.state.store('issues', { ...now.object, latest_message_time: before }, { raw: now.raw });
}

const imports = (call: Call, row: Row, skipped: readonly string[]): Reply => ({
  ...{ is: 'object', resource: 'issues' },
  object: call.state.show(call.state.table('issues').get(row.key) ?? row),
  ...(skipped.length === 0 ? {} : { more: { warnings: { skipped_attachments: skipped } } }),
});
