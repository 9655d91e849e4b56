import { z } from 'zod';
import type { Generator } from '../data/generator.ts';
import { DAY, instant, updatedWithin } from '../data/instants.ts';
import { Dice, ids, mix, salt } from '../data/random.ts';
import type { Fields, Row } from '../data/rows.ts';
import { NASTY, sentence } from '../data/words.ts';
import { bodyOf, customFieldWrites, filled, texts } from '../routes/body.ts';
import { mergeCustomFields } from '../routes/custom-fields.ts';
import { limitOf } from '../routes/pages.ts';
import { badRequest } from '../routes/refusal.ts';
import { type Call, type Reply, route, rowOf } from '../routes/route.ts';
import { change, create, distinct, nowIn, referred, removed } from '../routes/writes.ts';
import type { Resource } from './define.ts';

const LIMIT = { least: 1, most: 1_000, usual: 100 };
const creation = z.strictObject({
  title: filled,
  description: z.string().exactOptional(),
  should_auto_fetch_evidence: z.boolean().exactOptional(),
});
const update = z.strictObject({
  request_status: filled.exactOptional(),
  custom_fields: customFieldWrites.exactOptional(),
});
const visibility = z.strictObject({ account_ids: texts, visible: z.boolean() });

const STATUSES = ['new', 'in_progress', 'closed', 'archived', 'under_review'];
/** Custom fields of feature requests; nothing lists their definitions. */
const SLUGS = ['theme', 'effort'];
const TITLES = [
  'Dark mode',
  'Export to Parquet',
  'Audit trail for exports',
  'Shared dashboards',
  'A mobile app for approvals',
  'Webhooks for invoices',
];

/**
 * The search has no cursor: it answers up to its limit, and does not say whether there is more. Only the
 * search has the accounts of a feature request; only the request for one has its evidence, if asked for.
 */
export const feature_requests: Resource = {
  name: 'feature_requests',
  generate: (generator) => ({
    objects: generator.many(generator.share(40, 7), (i, created) => request(generator, i, created)),
    order: 'spread',
  }),
  routes: [
    route('POST /feature-requests/search', 'middle', search, { whenEmpty: 'null' }),
    route('GET /feature-requests/{id}', 'high', (call) => one(call, rowOf(call, 'feature_requests'))),
    route('POST /feature-requests', 'middle', createRequest),
    route('POST /feature-requests/{id}/set-portal-visibility', 'middle', setVisibility),
    route('PATCH /feature-requests/{id}', 'middle', updateRequest),
    route('DELETE /feature-requests/{id}', 'middle', (call) => removed(call, 'feature_requests')),
  ],
};

function request({ seed, traps, start, objects }: Generator, index: number, created: number): Fields {
  const roll = new Dice(mix(seed, salt('feature_requests'), index));
  const accounts = objects('accounts');
  const evidence = index % 4;
  const asking = Array.from({ length: evidence }, (_, k) => accounts[(index + k) % accounts.length]?.id);
  const title = TITLES[index % TITLES.length];
  const names = traps && index % 5 === 2 ? NASTY[index % NASTY.length] : title;
  return {
    id: ids(seed, 'feature_requests').of(index),
    title: names,
    description: `${sentence(roll)}. ${sentence(roll)}.`,
    request_status: STATUSES[index % STATUSES.length],
    evidence_count: evidence,
    account_ids: distinct(asking.map(String)),
    portal_visible_to_account_ids: index % 3 === 0 ? [roll.pick(accounts).id] : [],
    custom_fields: index % 2 === 0 ? { theme: { slug: 'theme', value: 'reporting' } } : {},
    created_at: instant(created),
    updated_at: updatedWithin(start, created + DAY, index % 13),
  };
}

/** Only a search has the accounts. */
function one(call: Call, row: Row): Reply {
  const { account_ids: _, ...object } = call.state.show(row);
  const wanted = call.query.fetch_evidence === 'true';
  const evidence = wanted
    ? call.state.table('feature_request_evidence').under(row.key).map(call.state.show)
    : undefined;
  return {
    is: 'object',
    resource: 'feature_requests',
    object: evidence === undefined || evidence.length === 0 ? object : { ...object, evidence },
  };
}

/** Without the accounts, as in every answer but the search's. */
const changed = (call: Call, row: Row, fields: Fields): Reply => {
  change(call, 'feature_requests', row, fields);
  return one(call, rowOf(call, 'feature_requests'));
};

function search(call: Call): Reply {
  const body = (call.body ?? {}) as Fields;
  const limit = limitOf(body.limit, LIMIT);
  const listOf = (field: string) => {
    const given = body[field] ?? [];
    if (!Array.isArray(given)) throw badRequest(`${field} must be a list`);
    return given as unknown[];
  };
  const [accounts, statuses] = [listOf('account_ids'), listOf('request_statuses')];
  const text = typeof body.query === 'string' ? body.query.toLowerCase() : '';
  const passes = ({ object }: Row) =>
    (accounts.length === 0 || (object.account_ids as unknown[]).some((id) => accounts.includes(id))) &&
    (statuses.length === 0 || statuses.includes(object.request_status)) &&
    `${object.title} ${object.description}`.toLowerCase().includes(text);
  const rows = [...call.state.table('feature_requests').newest()].filter(passes).slice(0, limit);
  return { is: 'list', resource: 'feature_requests', objects: rows.map(call.state.show), next: undefined };
}

function createRequest(call: Call): Reply {
  const { title, description = '' } = bodyOf(call, creation);
  const reply = create(call, 'feature_requests', {
    ...{ title: title.trim(), description, request_status: 'new', custom_fields: {} },
    ...{ evidence_count: 0, account_ids: [], portal_visible_to_account_ids: [] },
    ...{ created_at: nowIn(call), updated_at: nowIn(call) },
  });
  if (reply.is !== 'object') return reply;
  const { account_ids: _, ...object } = reply.object;
  return { ...reply, object };
}

function updateRequest(call: Call): Reply {
  const { request_status, custom_fields } = bodyOf(call, update);
  const row = rowOf(call, 'feature_requests');
  for (const { slug } of custom_fields ?? [])
    if (!SLUGS.includes(slug)) throw badRequest(`custom_fields: ${slug} is no custom field`);
  if (request_status !== undefined && !STATUSES.includes(request_status))
    throw badRequest(`request_status: ${request_status} is no status`);
  return changed(call, row, {
    ...(request_status === undefined ? {} : { request_status }),
    ...mergeCustomFields(row.object.custom_fields, custom_fields),
  });
}

/** Shows or hides a feature request; doing it twice changes nothing more. */
function setVisibility(call: Call): Reply {
  const { account_ids, visible } = bodyOf(call, visibility);
  const row = rowOf(call, 'feature_requests');
  const given = account_ids.map((id) => `${referred(call, 'accounts', 'account_ids', id).id}`);
  const seen = row.object.portal_visible_to_account_ids as readonly string[];
  return changed(call, row, {
    portal_visible_to_account_ids: visible
      ? distinct([...seen, ...given])
      : seen.filter((id) => !given.includes(id)),
  });
}
