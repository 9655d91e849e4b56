import { z } from 'zod';
import type { Generator } from '../data/generator.ts';
import { instant } from '../data/instants.ts';
import { FIELD_DESCRIPTIONS } from '../data/plausible/office.ts';
import { ids } from '../data/random.ts';
import type { Fields } from '../data/rows.ts';
import { bodyOf, filled, texts } from '../routes/body.ts';
import { pick } from '../routes/community.ts';
import { slugOf } from '../routes/html.ts';
import { wholeRoute } from '../routes/pages.ts';
import { badRequest } from '../routes/refusal.ts';
import { type Call, getRoute, type Reply, route, rowOf } from '../routes/route.ts';
import { change, create, nowIn, refuseTwin } from '../routes/writes.ts';
import type { Resource } from './define.ts';

const OBJECT_TYPES = ['account', 'issue', 'contact', 'task', 'project', 'meeting', 'opportunity'] as const;
const TYPES = [
  'text',
  'number',
  'decimal',
  'boolean',
  'date',
  'datetime',
  'user',
  'url',
  'select',
  'multiselect',
] as const;

const option = (label: string) => ({ label, slug: label.toLowerCase().replaceAll(' ', '_') });
const PRIORITIES = ['Urgent', 'High', 'Medium', 'Low'].map(option);
const AREAS = ['Backend', 'Frontend', 'Data import', 'Security'].map(option);

type Definition = readonly [object_type: string, slug: string, type: string, more?: Fields];
const DEFINITIONS: readonly Definition[] = [
  ['issue', 'priority', 'select', { select_metadata: { options: PRIORITIES }, source: 'pylon' }],
  ['issue', 'area', 'multiselect', { select_metadata: { options: AREAS } }],
  ['issue', 'order_number', 'text'],
  ['issue', 'affected_seats', 'number', { number_metadata: { format: 'with_commas', decimal_places: 0 } }],
  ['issue', 'is_regression', 'boolean', { default_value: 'false' }],
  ['issue', 'promised_for', 'date'],
  ['issue', 'linear_ticket', 'text', { is_read_only: true, source: 'linear' }],
  ['account', 'plan', 'select', { select_metadata: { options: ['Free', 'Team', 'Enterprise'].map(option) } }],
  [
    'account',
    'arr',
    'decimal',
    { number_metadata: { format: 'currency', currency: 'EUR', decimal_places: 2 } },
  ],
  ['account', 'csm', 'user'],
  ['account', 'crm_stage', 'text', { is_read_only: true, source: 'salesforce' }],
  [
    'account',
    'regions',
    'multiselect',
    { select_metadata: { options: ['EMEA', 'APAC', 'Americas'].map(option) } },
  ],
  ['contact', 'job_title', 'text'],
  ['contact', 'newsletter', 'boolean', { default_value: 'true' }],
  ['task', 'effort', 'number'],
  ['task', 'owner_note', 'text'],
  ['project', 'go_live', 'datetime'],
  ['project', 'docs', 'url'],
  ['meeting', 'kind', 'text'],
  ['opportunity', 'stage', 'text', { is_read_only: true, source: 'hubspot' }],
];

const common = {
  default_value: z.string().exactOptional(),
  default_values: texts.exactOptional(),
  description: z.string().exactOptional(),
  select_options: z
    .array(
      z.strictObject({
        label: z.string(),
        slug: z.string().exactOptional(),
        ai_description: z.string().exactOptional(),
      }),
    )
    .exactOptional(),
  slug: z.string().exactOptional(),
};
const creation = z.strictObject({
  ...common,
  label: filled,
  object_type: z.enum(OBJECT_TYPES),
  type: z.enum(TYPES),
});
const update = z.strictObject({ ...common, label: filled.exactOptional() });

/** Custom fields cannot be deleted. */
export const custom_fields: Resource = {
  name: 'custom_fields',
  generate: (generator) => ({
    objects: DEFINITIONS.map((definition, i) => customField(generator, definition, i)),
  }),
  routes: [
    wholeRoute('GET /custom-fields', 'high', 'custom_fields', {
      whenEmpty: 'absent',
      keep: ({ object }, { query }) => {
        const type = query.object_type;
        if (type === undefined || !OBJECT_TYPES.some((known) => known === type)) {
          throw badRequest(`object_type is required: one of ${OBJECT_TYPES.join(', ')}`);
        }
        return object.object_type === type;
      },
    }),
    getRoute('GET /custom-fields/{id}', 'high', 'custom_fields'),
    route('POST /custom-fields', 'middle', createField),
    route('PATCH /custom-fields/{id}', 'middle', updateField),
  ],
  community: {
    renames: { options: 'select_options' },
    object: (object) => ({
      ...pick(object, ['id', 'slug', 'label', 'type', 'object_type']),
      options: (((object.select_metadata as Fields | null)?.options ?? []) as Fields[]).map(
        (one) => one.slug,
      ),
    }),
  },
};

function customField(
  { seed, traps, oldest }: Generator,
  [object_type, slug, type, more]: Definition,
  index: number,
): Fields {
  const label = slug.replaceAll('_', ' ');
  return {
    id: ids(seed, 'custom_fields').of(index),
    object_type,
    slug,
    label: traps ? label : label.replace(/^./, (letter) => letter.toUpperCase()),
    type,
    description: traps ? (index % 2 === 0 ? `What ${slug} means` : '') : (FIELD_DESCRIPTIONS[slug] ?? ''),
    source: 'custom',
    is_read_only: false,
    default_value: '',
    default_values: null,
    select_metadata: null,
    number_metadata: null,
    created_at: instant(oldest + index * 3_600_000),
    updated_at: instant(oldest + index * 7_200_000),
    ...more,
  };
}

function createField(call: Call): Reply {
  const { select_options, ...body } = bodyOf(call, creation);
  const slug = body.slug ?? slugOf(body.label, 'field').replaceAll('-', '_');
  refuseTwin(call, 'custom_fields', { object_type: body.object_type, slug });
  return create(call, 'custom_fields', {
    description: '',
    source: 'custom',
    is_read_only: false,
    default_value: '',
    default_values: null,
    number_metadata: null,
    created_at: nowIn(call),
    updated_at: nowIn(call),
    ...body,
    slug,
    select_metadata: selectOf(body.type, select_options),
  });
}

function updateField(call: Call): Reply {
  const { select_options, ...body } = bodyOf(call, update);
  const row = rowOf(call, 'custom_fields');
  if (row.object.is_read_only === true) throw badRequest('the custom field is read-only');
  const select =
    select_options === undefined ? {} : { select_metadata: selectOf(`${row.object.type}`, select_options) };
  return change(call, 'custom_fields', row, { ...body, ...select });
}

function selectOf(
  type: string,
  options: readonly { label: string; slug?: string }[] | undefined,
): Fields | null {
  const select = type === 'select' || type === 'multiselect';
  if (options !== undefined && !select) throw badRequest('select_options: only for select and multiselect');
  if (!select) return null;
  const slug = (label: string) => slugOf(label, 'option').replaceAll('-', '_');
  return { options: (options ?? []).map((one) => ({ ...one, slug: one.slug ?? slug(one.label) })) };
}
