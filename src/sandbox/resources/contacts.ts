import { z } from 'zod';
import type { Fields } from '../data/rows.ts';
import { bodyOf, customFieldWrites, externalIds, filled } from '../routes/body.ts';
import { written } from '../routes/custom-fields.ts';
import { accountOfExternalId } from '../routes/people.ts';
import { badRequest, duplicate } from '../routes/refusal.ts';
import { type Call, type Route, route, rowOf } from '../routes/route.ts';
import { change, clearable, create, distinct, removed, same } from '../routes/writes.ts';

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
const update = z.strictObject({
  ...common,
  name: filled.exactOptional(),
  emails: z.array(z.strictObject({ email: filled, is_primary: z.boolean().exactOptional() })).exactOptional(),
});
type Body = z.output<typeof update>;

/** Changes of contacts. */
export const contactRoutes: readonly Route[] = [
  route('POST /contacts', 'high', (call) => {
    const body = bodyOf(call, creation);
    return create(call, 'contacts', {
      email: null,
      emails: [],
      account: null,
      avatar_url: '',
      portal_role: 'member',
      portal_role_id: null,
      primary_phone_number: null,
      phone_numbers: [],
      external_ids: [],
      integration_user_ids: [],
      custom_fields: {},
      ...fieldsOf(call, {}, body),
    });
  }),
  route('PATCH /contacts/{id}', 'high', (call) => {
    const body = bodyOf(call, update);
    const row = rowOf(call, 'contacts');
    return change(call, 'contacts', row, fieldsOf(call, row.object, body));
  }),
  route('DELETE /contacts/{id}', 'low', (call) => removed(call, 'contacts')),
];

function fieldsOf(call: Call, before: Fields, body: Body): Fields {
  return {
    ...same(body, ['avatar_url', 'external_ids', 'portal_role', 'portal_role_id']),
    ...(body.name === undefined ? {} : { name: body.name.trim() }),
    ...accountOf(call, body),
    ...emailsOf(call, before, body),
    ...phonesOf(before, body),
    ...written(call.state, 'contact', before.custom_fields, body.custom_fields),
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
  for (const { key, object } of call.state.tables.contacts.newest()) {
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
