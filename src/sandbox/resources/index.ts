import { parseInstant } from '../data/instants.ts';
import type { Facts, Fields, Table } from '../data/rows.ts';
import { followerKey } from '../made/around-issues.ts';

/** Everything the sandbox holds, by the names that the mirror's tables have too. */
export const RESOURCES = [
  'organizations',
  'users',
  'user_roles',
  'teams',
  'tags',
  'custom_fields',
  'issue_statuses',
  'ticket_forms',
  'accounts',
  'contacts',
  'issues',
  'issue_messages',
  'issue_followers',
  'issue_threads',
  'tasks',
  'task_comments',
  'projects',
  'milestones',
  'knowledge_bases',
  'collections',
  'articles',
  'article_translations',
  'macros',
  'macro_groups',
  'surveys',
  'survey_responses',
  'audit_logs',
] as const;

export type ResourceName = (typeof RESOURCES)[number];
export type Tables = Readonly<Record<ResourceName, Table>>;

export const isResource = (name: string): name is ResourceName => RESOURCES.includes(name as ResourceName);

/** What tells an object from all others of its kind; `undefined` where it lacks an id. */
export function keyOf(resource: ResourceName, object: Fields, path: Facts): string | undefined {
  if (resource === 'issue_followers') return followerKey(path.issue_id ?? '', object);
  const id = resource === 'issue_statuses' ? object.slug : object.id;
  if (typeof id !== 'string') return undefined;
  return resource === 'article_translations' ? `${id}:${path.language}` : id;
}

const BIRTHS = ['created_at', 'timestamp', 'submitted_at', 'action_happened_at'];

/** When an object came to be, epoch milliseconds, as far as it says so. */
export function birthOf(object: Fields): number | undefined {
  for (const field of BIRTHS) {
    const ms = parseInstant(object[field]);
    if (ms !== undefined) return ms;
  }
  return undefined;
}
