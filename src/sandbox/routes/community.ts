import type { Fields } from '../data/rows.ts';
import type { ResourceName } from '../resources/index.ts';

/** Resources that the third-party document answers without an envelope. */
const BARE: readonly string[] = [
  'articles',
  'article_translations',
  'collections',
  'tasks',
  'projects',
  'milestones',
];

export const isBare = (resource: ResourceName | 'other') => BARE.includes(resource);

const idOf = (value: unknown): unknown =>
  value !== null && typeof value === 'object' ? (value as Fields).id : undefined;

const named = (value: unknown) => (idOf(value) === undefined ? value : { id: idOf(value) });

/** Custom fields as a free object: slug to value or values. */
function free(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value as Fields).map(([slug, held]) => {
      const { value: one, values } = held as Fields;
      return [slug, one ?? values ?? null];
    }),
  );
}

const pick = (object: Fields, fields: readonly string[]): Fields =>
  Object.fromEntries(fields.filter((field) => field in object).map((field) => [field, object[field]]));

type Change = (object: Fields) => Fields;

const CHANGES: Readonly<Partial<Record<ResourceName | 'other', Change>>> = {
  organizations: (object) => ({ ...(object.user as Fields), name: object.name, status: 'active' }),
  users: (object) => pick(object, ['id', 'name', 'email', 'avatar_url', 'role_id', 'status']),
  teams: (object) => ({ ...object, users: ((object.users as Fields[]) ?? []).map(named) }),
  issues: (object) => ({
    ...pick(object, ['id', 'number', 'title', 'body_html', 'state', 'created_at', 'updated_at', 'tags']),
    ...pick(object, [
      'attachment_urls',
      'external_issues',
      'first_response_time',
      'resolution_time',
      'snoozed_until_time',
    ]),
    account: named(object.account),
    requester: named(object.requester),
    assignee: named(object.assignee),
    team: object.team,
    custom_fields: free(object.custom_fields),
  }),
  accounts: (object) => ({
    ...pick(object, [
      'id',
      'name',
      'type',
      'domain',
      'domains',
      'created_at',
      'updated_at',
      'channels',
      'tags',
    ]),
    ...pick(object, ['is_disabled', 'latest_customer_activity_time']),
    owner: named(object.owner),
    external_ids: Array.isArray(object.external_ids)
      ? object.external_ids.map((one) => (one as Fields).external_id)
      : object.external_ids,
    custom_fields: free(object.custom_fields),
  }),
  contacts: (object) => ({
    ...pick(object, ['id', 'name', 'email', 'avatar_url']),
    account_id: idOf(object.account) ?? null,
    custom_fields: free(object.custom_fields),
  }),
  custom_fields: (object) => ({
    ...pick(object, ['id', 'slug', 'label', 'type', 'object_type']),
    options: (((object.select_metadata as Fields | null)?.options ?? []) as Fields[]).map((one) => one.slug),
  }),
  knowledge_bases: (object) => ({ id: object.id, name: object.title, slug: object.slug }),
  collections: (object) => pick(object, ['id', 'title', 'description', 'parent_collection_id']),
  articles: article,
  article_translations: article,
  tasks: (object) => ({
    ...pick(object, ['id', 'title', 'status', 'due_date']),
    description: object.body_html,
    account_id: idOf(object.account) ?? null,
    project_id: idOf(object.project) ?? null,
    assignee_id:
      idOf((object.assignee as Fields | null)?.user ?? (object.assignee as Fields | null)?.contact) ?? null,
  }),
  projects: (object) => ({
    id: object.id,
    title: object.name,
    description: object.description_html,
    account_id: idOf(object.account) ?? null,
    status: 'in_progress',
  }),
  milestones: (object) => ({
    ...pick(object, ['id', 'due_date']),
    title: object.name,
    project_id: idOf(object.project) ?? null,
  }),
};

function article(object: Fields): Fields {
  return {
    ...pick(object, ['id', 'title', 'slug', 'collection_id', 'created_at']),
    body_html: object.current_published_content_html ?? object.current_draft_content_html,
    published: object.is_published,
    updated_at: object.last_edited_at,
  };
}

/** An object with the fields and shapes of the third-party document; resources it does not know stay. */
export function communityObject(resource: ResourceName | 'other', object: Fields): Fields {
  return CHANGES[resource]?.(object) ?? object;
}
