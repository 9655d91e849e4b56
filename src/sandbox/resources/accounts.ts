import { z } from 'zod';
import type { Fields, Row } from '../data/rows.ts';
import { bodyOf, customFieldWrites, externalIds, filled, texts } from '../routes/body.ts';
import { freeCustomFields, idAlone, pick } from '../routes/community.ts';
import { customFieldsAfter } from '../routes/custom-fields.ts';
import { at, each, LIST, REFERENCE, SOME } from '../routes/fields.ts';
import { pagedRoute } from '../routes/pages.ts';
import { badRequest, duplicate, notFound } from '../routes/refusal.ts';
import { type Call, type Reply, route, shown } from '../routes/route.ts';
import { searchRoute } from '../routes/search.ts';
import { change, clearable, create, distinct, nowIn, removed, same } from '../routes/writes.ts';
import { updateAccounts } from './accounts/bulk.ts';
import { accountOf, accountOfExternalId } from './accounts/find.ts';
import { account } from './accounts/generate.ts';
import { mergeAccounts } from './accounts/merge.ts';
import type { Resource } from './define.ts';

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
const merge = z.strictObject({ merge_into_account_id: filled, merge_account_ids: texts.min(1).max(100) });

export const accounts: Resource = {
  name: 'accounts',
  referenceField: 'external_ids',
  generate: (generator) => ({
    objects: generator.many(generator.share(20, 12), (i, created) => account(generator, i, created)),
    order: 'spread',
  }),
  routes: [
    pagedRoute('GET /accounts', 'high', 'accounts', { limitRequired: true }),
    searchRoute('POST /accounts/search', 'middle', 'accounts', {
      whenEmpty: 'null',
      customFields: 'account',
      text: ['name', 'domain'],
      filters: {
        id: at('id', SOME),
        domains: at('domains', LIST),
        tags: at('tags', LIST),
        name: at('name', [...SOME, 'string_contains']),
        external_ids: each('external_ids', 'external_id', REFERENCE),
        owner_id: at('owner.id', REFERENCE),
      },
    }),
    route('GET /accounts/{id}', 'high', (call) => shown(call, 'accounts', accountOf(call))),
    route('POST /accounts', 'high', createAccount),
    route('PATCH /accounts', 'middle', updateAccounts),
    route('POST /accounts/merge', 'low', mergeByRequest),
    route('PATCH /accounts/{id}', 'high', updateAccount),
    route('DELETE /accounts/{id}', 'low', (call) => removed(call, 'accounts', accountOf(call))),
  ],
  community: {
    renames: { type: 'account_type' },
    object: (object) => ({
      ...pick(object, ['id', 'name', 'type', 'domain', 'domains', 'created_at', 'updated_at', 'channels']),
      ...pick(object, ['tags', 'is_disabled', 'latest_customer_activity_time']),
      owner: idAlone(object.owner),
      external_ids: Array.isArray(object.external_ids)
        ? object.external_ids.map((one) => (one as Fields).external_id)
        : object.external_ids,
      custom_fields: freeCustomFields(object.custom_fields),
    }),
  },
};

function mergeByRequest(call: Call): Reply {
  const { merge_into_account_id: into, merge_account_ids: ids } = bodyOf(call, merge);
  if (ids.includes(into)) throw badRequest('merge_account_ids: the surviving account is among them');
  const [survivor, ...losers] = [into, ...distinct(ids)].map((id) => {
    const row = call.state.table('accounts').get(id);
    if (row === undefined) throw notFound(`account ${id}`);
    return row;
  });
  if (survivor === undefined) throw notFound('account');
  return shown(call, 'accounts', mergeAccounts(call.state, survivor, losers));
}

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
    ...customFieldsAfter(call.state, 'account', before.custom_fields, body.custom_fields),
  };
}

/** If there are domains, one of them is the primary domain. */
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
  for (const { key, object } of call.state.table('accounts').newest()) {
    const own = Array.isArray(object.domains) ? object.domains : [];
    if (key !== self?.key && domains.some((domain) => own.includes(domain))) throw duplicate('domain', key);
  }
}
