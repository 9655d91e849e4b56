import { z } from 'zod';
import { instant, parseInstant } from '../../data/instants.ts';
import type { Fields } from '../../data/rows.ts';
import { bodyOf, customFieldWrites, filled, texts, time } from '../../routes/body.ts';
import { customFieldsAfter } from '../../routes/custom-fields.ts';
import { sanitized } from '../../routes/html.ts';
import { badRequest } from '../../routes/refusal.ts';
import { type Call, type Reply, shown } from '../../routes/route.ts';
import { distinct, reference } from '../../routes/writes.ts';
import { post } from '../issue_messages/post.ts';

const destination = z.strictObject({
  destination: z.enum(['slack', 'email', 'in_app_chat', 'internal', 'sms', 'whatsapp']),
  chat_widget_app_id: z.string().exactOptional(),
  email: z.string().exactOptional(),
  email_bccs: texts.exactOptional(),
  email_ccs: texts.exactOptional(),
  from_sms_phone_number_id: z.string().exactOptional(),
  whatsapp_app_id: z.string().exactOptional(),
  whatsapp_message_template_language: z.string().exactOptional(),
  whatsapp_message_template_name: z.string().exactOptional(),
});
const body = z.strictObject({
  title: filled,
  body_html: z.string(),
  account_id: z.string().exactOptional(),
  assignee_id: z.string().exactOptional(),
  attachment_urls: texts.exactOptional(),
  author_unverified: z.boolean().exactOptional(),
  contact_id: z.string().exactOptional(),
  created_at: time.exactOptional(),
  custom_fields: customFieldWrites.exactOptional(),
  customer_portal_visible: z.boolean().exactOptional(),
  destination_metadata: destination.exactOptional(),
  priority: z.enum(['urgent', 'high', 'medium', 'low']).exactOptional(),
  requester_avatar_url: z.string().exactOptional(),
  requester_email: z.string().exactOptional(),
  requester_id: z.string().exactOptional(),
  requester_name: z.string().exactOptional(),
  tags: texts.exactOptional(),
  team_id: z.string().exactOptional(),
  user_id: z.string().exactOptional(),
});
type Body = z.output<typeof body>;

/** The fields that each destination requires. */
const NEEDS: Readonly<Record<string, readonly (keyof z.output<typeof destination>)[]>> = {
  email: ['email'],
  sms: ['from_sms_phone_number_id'],
  whatsapp: ['whatsapp_app_id', 'whatsapp_message_template_name', 'whatsapp_message_template_language'],
};

/**
 * Creates an issue and its first message, which is an internal note unless the destination says otherwise.
 */
export function createIssue(call: Call): Reply {
  const sent = bodyOf(call, body);
  const channel = destinationOf(sent);
  const requester = requesterOf(call, sent);
  const account = accountOf(call, sent, requester);
  const id = call.state.newId('issues');
  const number = call.state.newNumber();
  const created = instant(parseInstant(sent.created_at) ?? call.state.now());
  const { custom_fields } = customFieldsAfter(call.state, 'issue', {}, [
    ...(sent.priority === undefined ? [] : [{ slug: 'priority', value: sent.priority }]),
    ...(sent.custom_fields ?? []),
  ]);
  const html = sanitized(sent.body_html);
  const issue: Fields = {
    id,
    number,
    title: sent.title.trim(),
    link: `https://app.pylon.example/issues?issueNumber=${number}`,
    body_html: html,
    state: 'new',
    type: 'conversation',
    source: channel === 'internal' || channel === 'in_app_chat' ? 'manual' : channel,
    account: account ?? null,
    requester: requester === undefined ? null : { id: requester.id, email: requester.email },
    assignee: sent.assignee_id ? reference(call, 'users', 'assignee_id', sent.assignee_id) : null,
    team: sent.team_id ? reference(call, 'teams', 'team_id', sent.team_id) : null,
    tags: distinct(sent.tags ?? []),
    custom_fields,
    created_at: created,
    updated_at: instant(call.state.now()),
    latest_message_time: created,
    customer_portal_visible: sent.customer_portal_visible ?? false,
    author_unverified: sent.author_unverified ?? false,
    number_of_touches: 0,
    time_in_status_seconds: {},
    business_hours_time_in_status_seconds: {},
    snoozed_until_time: null,
    external_issues: [],
    attachment_urls: sent.attachment_urls ?? [],
  };
  const row = call.state.store('issues', issue);
  post(call, row, {
    message_html: html,
    timestamp: created,
    is_private: channel === 'internal',
    user_id: sent.user_id,
    contact_id: sent.contact_id,
  });
  return shown(call, 'issues', row);
}

function destinationOf(sent: Body): string {
  const metadata = sent.destination_metadata;
  const channel = metadata?.destination ?? 'internal';
  const missing = (NEEDS[channel] ?? []).filter((field) => metadata?.[field] === undefined);
  if (missing.length > 0)
    throw badRequest(missing.map((field) => `destination_metadata.${field} is required`));
  if (sent.user_id !== undefined && sent.contact_id !== undefined) {
    throw badRequest('only one of user_id and contact_id can be provided');
  }
  if (channel === 'internal' && sent.contact_id !== undefined) {
    throw badRequest('contact_id cannot author an internal note');
  }
  if (!sent.account_id && !sent.requester_id && !sent.requester_email) {
    throw badRequest('account_id, requester_id or requester_email is required');
  }
  return channel;
}

/** `requester_id` takes precedence over `requester_email`, which finds or creates a contact. */
function requesterOf(call: Call, sent: Body): Fields | undefined {
  if (sent.requester_id) {
    reference(call, 'contacts', 'requester_id', sent.requester_id);
    return call.state.table('contacts').get(sent.requester_id)?.object;
  }
  const email = sent.requester_email;
  if (!email) return undefined;
  for (const { object } of call.state.table('contacts').newest()) if (object.email === email) return object;
  const contact = {
    id: call.state.newId('contacts'),
    name: sent.requester_name ?? email,
    email,
    emails: [email],
    account: sent.account_id ? reference(call, 'accounts', 'account_id', sent.account_id) : null,
    avatar_url: sent.requester_avatar_url ?? '',
    custom_fields: {},
  };
  return call.state.store('contacts', contact).object;
}

function accountOf(call: Call, sent: Body, requester: Fields | undefined): unknown {
  if (!sent.account_id) return requester?.account;
  const account = reference(call, 'accounts', 'account_id', sent.account_id);
  const own = requester?.account as Fields | null | undefined;
  if (sent.requester_id && own?.id !== account.id) {
    throw badRequest('requester_id: the contact does not belong to account_id');
  }
  return account;
}
