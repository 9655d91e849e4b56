import { instant } from '../data/instants.ts';
import { ids } from '../data/random.ts';
import type { Fields } from '../data/rows.ts';

export const ISSUE_TAGS = [
  'bug',
  'question',
  'billing',
  'urgent',
  'vip',
  'churn-risk',
  'how to',
  'naïve café',
];
export const ACCOUNT_TAGS = ['enterprise', 'startup', 'trial', 'vip', 'at risk', 'partner'];
const ARTICLE_TAGS = ['setup', 'billing', 'api', 'draft'];

export function tags(seed: number): Fields[] {
  const id = ids(seed, 'tags');
  const named = (object_type: string, values: readonly string[]) =>
    values.map((value) => ({ object_type, value }));
  return [
    ...named('issue', ISSUE_TAGS),
    ...named('account', ACCOUNT_TAGS),
    ...named('article', ARTICLE_TAGS),
  ].map(({ object_type, value }, i) => ({
    id: id.of(i),
    value,
    object_type,
    hex_color: `#${(0x33aa77 + i * 7_919).toString(16).slice(0, 6)}`,
  }));
}

const STATUSES = [
  'new',
  'waiting_on_you',
  'waiting_on_customer',
  'on_hold',
  'closed',
  'in_review',
  'legacy_triage',
];
export const STATES = STATUSES.slice(0, 6);

/** Five of Pylon's own, one custom, one archived. */
export function issueStatuses(): Fields[] {
  return STATUSES.map((slug, i) => ({
    slug,
    label: slug.replaceAll('_', ' ').replace(/^./, (letter) => letter.toUpperCase()),
    category: i === 4 ? 'closed' : i < 2 ? 'active' : 'waiting',
    is_default_status: i < 5,
    is_archived: i === 6,
  }));
}

export function ticketForms(seed: number): Fields[] {
  const id = ids(seed, 'ticket_forms');
  return ['Report a bug', 'Ask for access', 'Internal request'].map((name, i) => ({
    id: id.of(i),
    name,
    slug: name.toLowerCase().replaceAll(' ', '-'),
    url: `https://portal.example/forms/${i + 1}`,
    description_html: i === 2 ? '' : `<p>${name} here.</p>`,
    is_public: i < 2,
    fields: [
      { name: 'Title', slug: 'title', type: 'text', description_html: '' },
      { name: 'Priority', slug: 'priority', type: 'select', description_html: '<p>How bad?</p>' },
    ].slice(0, i + 1),
  }));
}

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

export function customFields(seed: number, start: number): Fields[] {
  const id = ids(seed, 'custom_fields');
  return DEFINITIONS.map(([object_type, slug, type, more], i) => ({
    id: id.of(i),
    object_type,
    slug,
    label: slug.replaceAll('_', ' '),
    type,
    description: i % 2 === 0 ? `What ${slug} means` : '',
    source: 'custom',
    is_read_only: false,
    default_value: '',
    default_values: null,
    select_metadata: null,
    number_metadata: null,
    created_at: instant(start + i * 3_600_000),
    updated_at: instant(start + i * 7_200_000),
    ...more,
  }));
}
