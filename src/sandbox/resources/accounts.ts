import { z } from 'zod';
import type { Fields, Row } from '../data/rows.ts';
import { bodyOf, customFieldWrites, externalIds, filled, texts } from '../routes/body.ts';
import { merged, written } from '../routes/custom-fields.ts';
import { accountOf, accountOfExternalId } from '../routes/people.ts';
import { badRequest, duplicate, notFound } from '../routes/refusal.ts';
import { type Call, type Reply, type Route, route, shown } from '../routes/route.ts';
import { change, clearable, create, distinct, nowIn, removed, same } from '../routes/writes.ts';
import { mergeAccounts } from './accounts/merge.ts';

const channels = z.array(
  z.strictObject({
    channel_id: z.string(),
    source: z.enum(['slack', 'microsoft_teams', 'discord']),
    channel_name: z.string().exactOptional(),
    channel_url: z.string().exactOptional(),
    is_internal: z.boolean().exactOptional(),
    is_primary: z.boolean().exactOptional(),
    mirror_to: z.strictObject({ channel_id: z.string(), source: z.string() }).nullish(),
  }),
);
const common = {
  channels: channels.exactOptional(),
  custom_fields: customFieldWrites.exactOptional(),
  domains: texts.exactOptional(),
  external_ids: externalIds.exactOptional(),
  logo_url: z.string().exactOptional(),
  owner_id: z.string().exactOptional(),
  primary_domain: z.string().exactOptional(),
  subaccount_ids: texts.exactOptional(),
  tags: texts.exactOptional(),
};
const creation = z.strictObject({
  ...common,
  name: filled,
  account_type: z.enum(['customer', 'internal', 'community', 'partner']).default('customer'),
  domain: z.string().exactOptional(),
});
const update = z.strictObject({
  ...common,
  name: filled.exactOptional(),
  account_type: z.enum(['customer', 'partner']).exactOptional(),
  is_disabled: z.boolean().exactOptional(),
});
const bulk = z.strictObject({
  account_ids: texts.min(1).max(100),
  account_type: z.enum(['customer', 'partner']).exactOptional(),
  owner_id: z.string().exactOptional(),
  tags: texts.exactOptional(),
  tags_apply_mode: z.enum(['append_only', 'remove_only', 'replace']).default('replace'),
  custom_fields: customFieldWrites.exactOptional(),
});
const merge = z.strictObject({ merge_into_account_id: filled, merge_account_ids: texts.min(1).max(100) });

/** Changes of accounts. */
export const accountRoutes: readonly Route[] = [
  route('POST /accounts', 'high', createAccount),
  route('PATCH /accounts', 'middle', updateAccounts),
  route('POST /accounts/merge', 'low', (call) => {
    const { merge_into_account_id: into, merge_account_ids: ids } = bodyOf(call, merge);
    if (ids.includes(into)) throw badRequest('merge_account_ids: the surviving account is among them');
    const [survivor, ...losers] = [into, ...distinct(ids)].map((id) => {
      const row = call.state.tables.accounts.get(id);
      if (row === undefined) throw notFound(`account ${id}`);
      return row;
    });
    if (survivor === undefined) throw notFound('account');
    return shown(call, 'accounts', mergeAccounts(call.state, survivor, losers));
  }),
  route('PATCH /accounts/{id}', 'high', updateAccount),
  route('DELETE /accounts/{id}', 'low', (call) => removed(call, 'accounts', accountOf(call))),
];

function createAccount(call: Call): Reply {
  const { account_type, domain, ...sent } = bodyOf(call, creation);
  const domains = sent.domains ?? (domain ? [domain] : []);
  const body = { ...sent, domains, ...(domain ? { primary_domain: sent.primary_domain ?? domain } : {}) };
  refuseTaken(call, undefined, body.external_ids, domains);
  return create(call, 'accounts', {
    owner: null,
    domain: '',
    primary_domain: '',
    tags: [],
    channels: [],
    external_ids: [],
    custom_fields: {},
    latest_customer_activity_time: null,
    is_disabled: false,
    type: account_type,
    created_at: nowIn(call),
    updated_at: nowIn(call),
    ...fieldsOf(call, {}, body),
  });
}

function updateAccount(call: Call): Reply {
  const { account_type, ...body } = bodyOf(call, update);
  const row = accountOf(call);
  refuseTaken(call, row, body.external_ids, body.domains);
  return change(call, 'accounts', row, {
    ...same(body, ['is_disabled']),
    ...(account_type === undefined ? {} : { type: account_type }),
    ...fieldsOf(call, row.object, body),
  });
}

type Writable = Omit<z.output<typeof update>, 'account_type'>;

function fieldsOf(call: Call, before: Fields, body: Writable): Fields {
  const labels = (body.external_ids ?? []).map((one) => one.label);
  if (distinct(labels).length < labels.length) throw badRequest('external_ids: a label is given twice');
  return {
    ...same(body, ['channels', 'external_ids']),
    ...(body.name === undefined ? {} : { name: body.name.trim() }),
    ...(body.tags === undefined ? {} : { tags: distinct(body.tags) }),
    ...domainsOf(before, body),
    ...clearable(call, 'users', 'owner_id', body.owner_id, 'owner'),
    ...written(call.state, 'account', before.custom_fields, body.custom_fields),
  };
}

/** Where there are domains, one of them is the primary one. */
function domainsOf(before: Fields, body: Writable): Fields {
  if (body.domains === undefined && body.primary_domain === undefined) return {};
  const domains = distinct(body.domains ?? (Array.isArray(before.domains) ? before.domains : []));
  const primary = body.primary_domain ?? `${before.primary_domain ?? ''}`;
  if (domains.length === 0 && body.primary_domain) throw badRequest('primary_domain must be among domains');
  if (domains.length > 0 && !domains.includes(primary))
    throw badRequest('primary_domain must be among domains');
  const first = domains.length === 0 ? '' : primary;
  return { domains, primary_domain: first, domain: first };
}

/** External ids and domains belong to one account each. */
function refuseTaken(
  call: Call,
  self: Row | undefined,
  externals: readonly { external_id: string }[] = [],
  domains: readonly string[] = [],
): void {
  for (const { external_id } of externals) {
    const taken = accountOfExternalId(call, external_id);
    if (taken !== undefined && taken.key !== self?.key) throw duplicate('external id', taken.key);
  }
  if (domains.length === 0) return;
  for (const { key, object } of call.state.tables.accounts.newest()) {
    const held = Array.isArray(object.domains) ? object.domains : [];
    if (key !== self?.key && domains.some((domain) => held.includes(domain))) throw duplicate('domain', key);
  }
}

/** Says at once that it has begun, and takes effect later; accounts that are gone by then are passed over. */
function updateAccounts(call: Call): Reply {
  const body = bodyOf(call, bulk);
  const { account_type, owner_id, tags, tags_apply_mode: mode } = body;
  const owner = clearable(call, 'users', 'owner_id', owner_id, 'owner');
  written(call.state, 'account', {}, body.custom_fields);
  call.state.later(call.state.settings.bulkDelayMs, () => {
    for (const id of distinct(body.account_ids)) {
      const row = call.state.tables.accounts.get(id);
      if (row === undefined) continue;
      change(call, 'accounts', row, {
        ...(account_type === undefined ? {} : { type: account_type }),
        ...owner,
        ...(tags === undefined ? {} : { tags: applied(row.object.tags, tags, mode) }),
        ...merged(row.object.custom_fields, body.custom_fields),
      });
    }
  });
  return { is: 'done', more: { success: true } };
}

function applied(before: unknown, tags: readonly string[], mode: string): string[] {
  const held: string[] = Array.isArray(before) ? before : [];
  if (mode === 'append_only') return distinct([...held, ...tags]);
  return mode === 'remove_only' ? held.filter((tag) => !tags.includes(tag)) : distinct(tags);
}
