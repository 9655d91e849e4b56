import { z } from 'zod';
import type { Generator } from '../data/generator.ts';
import { addressOf, JOBS, personNamed } from '../data/plausible/names.ts';
import { Dice, ids, mix, salt } from '../data/random.ts';
import type { Fields } from '../data/rows.ts';
import { NASTY, person, plain } from '../data/words.ts';
import { bodyOf, customFieldWrites, externalIds, filled } from '../routes/body.ts';
import { freeCustomFields, idOf, pick } from '../routes/community.ts';
import { customFieldsAfter } from '../routes/custom-fields.ts';
import { at, SOME } from '../routes/fields.ts';
import { pagedRoute } from '../routes/pages.ts';
import { badRequest, duplicate } from '../routes/refusal.ts';
import { type Call, getRoute, route, rowOf } from '../routes/route.ts';
import { searchRoute } from '../routes/search.ts';
import { change, clearable, create, distinct, removed, same } from '../routes/writes.ts';
import { accountOfExternalId } from './accounts/find.ts';
import type { Resource } from './define.ts';

const phone = z.string().regex(/^\d{1,15}$/, 'must be digits only, at most 15');
const common = {
  account_external_id: z.string().exactOptional(),
  account_id: z.string().exactOptional(),
  avatar_url: z.string().exactOptional(),
  custom_fields: customFieldWrites.exactOptional(),
  email: z.string().exactOptional(),
  external_ids: externalIds.exactOptional(),
  phone_numbers: z.array(phone).exactOptional(),
  portal_role: z.enum(['no_access', 'member', 'admin']).exactOptional(),
  portal_role_id: z.string().exactOptional(),
  primary_phone_number: z.string().exactOptional(),
};
const creation = z.strictObject({ ...common, name: filled });
/** An import takes fewer fields, and an address. */
const imported = z.strictObject({
  ...{ account_id: common.account_id, avatar_url: common.avatar_url, custom_fields: common.custom_fields },
  ...{ email: filled, name: filled, phone_numbers: common.phone_numbers, portal_role: common.portal_role },
  primary_phone_number: common.primary_phone_number,
});
const update = z.strictObject({
  ...common,
  name: filled.exactOptional(),
  emails: z.array(z.strictObject({ email: filled, is_primary: z.boolean().exactOptional() })).exactOptional(),
});
type Body = z.output<typeof update>;

export const contacts: Resource = {
  name: 'contacts',
  referenceField: 'email',
  generate: (generator) => ({
    objects: generator.many(generator.share(8, 45), (i) => contact(generator, i)),
    order: 'spread',
  }),
  routes: [
    pagedRoute('GET /contacts', 'high', 'contacts', {
      limitRequired: true,
      whenEmpty: 'null',
      lastPageBare: true,
    }),
    searchRoute('POST /contacts/search', 'middle', 'contacts', {
      customFields: 'contact',
      text: ['name', 'email'],
      filters: {
        id: at('id', SOME),
        email: at('email', [...SOME, 'string_contains']),
        name: at('name', [...SOME, 'string_contains']),
        account_id: at('account.id', SOME),
      },
    }),
    getRoute('GET /contacts/{id}', 'high', 'contacts'),
    route('POST /contacts', 'high', (call) => created(call, bodyOf(call, creation))),
    route('POST /import/contacts', 'middle', (call) => created(call, bodyOf(call, imported))),
    route('PATCH /contacts/{id}', 'high', (call) => {
      const body = bodyOf(call, update);
      const row = rowOf(call, 'contacts');
      return change(call, 'contacts', row, fieldsOf(call, row.object, body));
    }),
    route('DELETE /contacts/{id}', 'low', (call) => removed(call, 'contacts')),
  ],
  community: {
    object: (object) => ({
      ...pick(object, ['id', 'name', 'email', 'avatar_url']),
      account_id: idOf(object.account) ?? null,
      custom_fields: freeCustomFields(object.custom_fields),
    }),
  },
};

/**
 * One contact, without times of creation and change, as Pylon has it. Every 40th contact refers to a deleted
 * account.
 */
function contact({ seed, traps, objects }: Generator, index: number): Fields {
  const roll = new Dice(mix(seed, salt('contacts'), index));
  const { name, email, account } = traps
    ? trapped(roll, objects('accounts'), index)
    : plausible(seed, objects('accounts'), index);
  const phone = `49${1_500_000_000 + index}`;
  const id = ids(seed, 'contacts').of(index);
  return {
    id,
    name,
    email,
    emails: index % 4 === 0 ? [email, `alias.${email}`] : [email],
    account: index % (traps ? 9 : 23) === 8 ? null : { id: account.id, external_ids: account.external_ids },
    ...(traps && index % 40 === 39
      ? { account: { id: ids(seed, 'gone').of(index), external_ids: null } }
      : {}),
    avatar_url: index % 3 === 0 ? `https://avatars.example/contacts/${index}.png` : '',
    portal_role: roll.pick(['no_access', 'member', 'admin']),
    portal_role_id: ids(seed, 'portal_roles').of(index % 3),
    primary_phone_number: index % 2 === 0 ? phone : null,
    phone_numbers: index % 2 === 0 ? [phone] : traps ? null : [],
    external_ids: index % 5 === 0 ? [{ external_id: `hs-${seed}-${index}`, label: 'hubspot' }] : null,
    integration_user_ids: index % 6 === 0 ? [{ id: `U${index}`, source: 'slack' }] : [],
    custom_fields: {
      ...(index % 2 === 0
        ? { job_title: { slug: 'job_title', value: traps ? 'Head of things' : JOBS[index % JOBS.length] } }
        : {}),
      newsletter: { slug: 'newsletter', value: `${index % 3 === 0}` },
    },
  };
}

interface Who {
  readonly name: string;
  readonly email: string;
  readonly account: Fields;
}

function trapped(roll: Dice, accounts: readonly Fields[], index: number): Who {
  return {
    name: index < NASTY.length ? `${NASTY[index]}` : person(roll),
    email: `contact.${index}@${plain(person(roll))}.example`,
    account: roll.pick(accounts),
  };
}

/** Somebody at an account, with an address at its domain. */
function plausible(seed: number, accounts: readonly Fields[], index: number): Who {
  const account = accounts[index % accounts.length] ?? {};
  const name = personNamed(seed, 'contacts', index);
  return { name, email: addressOf(name, `${account.domain}`), account };
}

const created = (call: Call, body: Body) =>
  create(call, 'contacts', {
    ...{
      email: null,
      emails: [],
      account: null,
      avatar_url: '',
      portal_role: 'member',
      portal_role_id: null,
    },
    ...{ primary_phone_number: null, phone_numbers: [], external_ids: [], integration_user_ids: [] },
    ...{ custom_fields: {}, ...fieldsOf(call, {}, body) },
  });

function fieldsOf(call: Call, before: Fields, body: Body): Fields {
  return {
    ...same(body, ['avatar_url', 'external_ids', 'portal_role', 'portal_role_id']),
    ...(body.name === undefined ? {} : { name: body.name.trim() }),
    ...accountOf(call, body),
    ...emailsOf(call, before, body),
    ...phonesOf(before, body),
    ...customFieldsAfter(call.state, 'contact', before.custom_fields, body.custom_fields),
  };
}

function accountOf(call: Call, { account_id, account_external_id }: Body): Fields {
  if (account_external_id === undefined)
    return clearable(call, 'accounts', 'account_id', account_id, 'account');
  if (account_id !== undefined)
    throw badRequest('account_id and account_external_id cannot both be provided');
  const account = accountOfExternalId(call, account_external_id);
  if (account === undefined) throw badRequest('account_external_id: account not found');
  return { account: { id: account.key, external_ids: account.object.external_ids } };
}

/** One address belongs to one contact. */
function emailsOf(call: Call, before: Fields, { email, emails }: Body): Fields {
  if (email === undefined && emails === undefined) return {};
  if (email !== undefined && emails !== undefined) throw badRequest('email and emails exclude each other');
  const all = distinct(emails?.map((one) => one.email) ?? (email ? [email] : []));
  for (const { key, object } of call.state.table('contacts').newest()) {
    if (key !== before.id && all.some((one) => one === object.email)) throw duplicate('contact', key);
  }
  const primary = emails?.find((one) => one.is_primary === true)?.email ?? all[0] ?? null;
  return { email: primary, emails: all };
}

function phonesOf(before: Fields, { phone_numbers, primary_phone_number }: Body): Fields {
  if (phone_numbers === undefined && primary_phone_number === undefined) return {};
  const numbers =
    phone_numbers ?? (Array.isArray(before.phone_numbers) ? (before.phone_numbers as string[]) : []);
  if (primary_phone_number && !numbers.includes(primary_phone_number)) {
    throw badRequest('primary_phone_number must be among phone_numbers');
  }
  return { phone_numbers: numbers, primary_phone_number: primary_phone_number || (numbers[0] ?? null) };
}
