import { z } from 'zod';
import type { Fields } from '../../data/rows.ts';
import { texts } from '../../routes/body.ts';
import { object } from '../../routes/fields.ts';
import { badRequest } from '../../routes/refusal.ts';
import type { Call } from '../../routes/route.ts';
import { referred } from '../../routes/writes.ts';

/** What a field of a custom object takes; a relationship names the kind of object that it relates to. */
type Field =
  | { readonly is: 'text' | 'texts' }
  | { readonly is: 'select'; readonly options: readonly string[] }
  | { readonly is: 'relation'; readonly to: string; readonly resource: string };

/** Every type has it. */
const ACCOUNT: Field = { is: 'relation', to: 'account', resource: 'accounts' };

/** The types that the workspace has from the start, with their fields; no endpoint tells either. */
export const TYPES: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  license: {
    account: ACCOUNT,
    note: { is: 'text' },
    seats: { is: 'text' },
    plan: { is: 'select', options: ['starter', 'pro', 'enterprise'] },
    modules: { is: 'texts' },
    renewal: { is: 'text' },
  },
  device: {
    account: ACCOUNT,
    note: { is: 'text' },
    serial: { is: 'text' },
    system: { is: 'text' },
    holder: { is: 'relation', to: 'contact', resource: 'contacts' },
  },
};

/** Custom fields as writes have them: a map, whose entries may repeat the slug. */
export const fieldWrites = z.record(
  z.string(),
  z.strictObject({
    slug: z.string().exactOptional(),
    value: z.string().exactOptional(),
    values: texts.exactOptional(),
  }),
);
export type FieldWrites = z.output<typeof fieldWrites>;

export const fieldOf = (type: string, slug: string): Field | undefined =>
  (TYPES[type] ?? { account: ACCOUNT })[slug] ?? (type in TYPES ? undefined : { is: 'text' });

/**
 * `custom_fields` and `relations` after a write: only the given slugs change; one without a value is unset. Values of
 * relationships are in `relations` alone, which do not say the slug.
 *
 * @throws Refusal (400) for a slug that the type does not have, and for a value that its field does not take.
 */
export function fieldsAfter(call: Call, type: string, before: Fields, writes: FieldWrites = {}): Fields {
  const fields: Fields = { ...object(before.custom_fields) };
  let relations = Array.isArray(before.relations) ? before.relations.map(object) : [];
  for (const [slug, { slug: own = slug, value = '', values = [] }] of Object.entries(writes)) {
    const field = own === slug ? fieldOf(type, slug) : undefined;
    if (field === undefined) throw badRequest(`custom_fields: ${own} is no field of ${type}`);
    if (value !== '' && values.length > 0) throw badRequest(`custom_fields: ${slug} has value and values`);
    if (field.is === 'relation') {
      relations = relations.filter(({ object_type }) => object_type !== field.to);
      for (const id of value === '' ? values : [value])
        relations.push({ object_type: field.to, object_id: referred(call, field.resource, slug, id).id });
      continue;
    }
    if (value === '' && values.length === 0) {
      delete fields[slug];
      continue;
    }
    if ((field.is === 'texts') !== values.length > 0)
      throw badRequest(`custom_fields: ${slug} takes ${field.is === 'texts' ? 'values' : 'value'}`);
    if (field.is === 'select' && !field.options.includes(value))
      throw badRequest(`custom_fields: ${slug} does not take ${JSON.stringify(value)}`);
    fields[slug] = field.is === 'texts' ? { slug, values } : { slug, value };
  }
  return { custom_fields: fields, relations };
}
