import { withPlaceholders } from '../../route.ts';
/**
 * Requests a minute per organization and endpoint, in tiers: low, middle, high. They were 10, 20 and 60
 * until about August 2026 and are 30, 120 and 300 since.
 */
export type Tier = 'low' | 'middle' | 'high';

export const TIERS: Readonly<Record<'current' | 'legacy', Readonly<Record<Tier, number>>>> = {
  current: { low: 30, middle: 120, high: 300 },
  legacy: { low: 10, middle: 20, high: 60 },
};

const LOW = `
  POST /accounts/merge|POST /accounts/{}/highlights|DELETE /accounts/{}|POST /accounts/{}/files|GET /activity-types
  POST /attachments|POST /audit-logs/search|DELETE /contacts/{}|POST /integrations/devin/disconnect
  GET /issue-statuses|GET /issues|POST /issues|DELETE /issues/{}/messages/{}|POST /issues/{}/note
  POST /issues/{}/reply|POST /knowledge-bases/{}/articles|POST /knowledge-bases/{}/articles/{}/request-review
  POST /knowledge-bases/{}/collections|DELETE /knowledge-bases/{}/collections/{}
  PATCH /knowledge-bases/{}/collections/{}|POST /knowledge-bases/{}/route-redirects|DELETE /tags/{}|PATCH /tags/{}
  POST /teams|POST /training-data|POST /training-data/upload|POST /training-data/upload-content
  DELETE /training-data/{}/documents`;

const MIDDLE = `
  PATCH /accounts|POST /accounts/search|DELETE /accounts/{}/highlights/{}|PATCH /accounts/{}/highlights/{}
  POST /accounts/{}/relationship|DELETE /accounts/{}/relationships/{}|POST /accounts/{}/activities
  POST /call-recordings/search|DELETE /call-recordings/{}|PATCH /call-recordings/{}|POST /contacts/search
  POST /custom-fields|PATCH /custom-fields/{}|PATCH /custom-objects/{}|POST /custom-objects/{}
  POST /custom-objects/{}/search|DELETE /custom-objects/{}/{}|PATCH /custom-objects/{}/{}|POST /feature-requests
  POST /feature-requests/search|DELETE /feature-requests/{}|PATCH /feature-requests/{}
  POST /feature-requests/{}/set-portal-visibility|POST /import/contacts|POST /import/issues
  POST /import/issues/{}/messages|POST /issues/search|DELETE /issues/{}|PATCH /issues/{}|POST /issues/{}/ai-response
  POST /issues/{}/external-issues|POST /issues/{}/followers|GET /issues/{}/messages
  POST /issues/{}/messages/{}/redact|POST /issues/{}/snooze|GET /issues/{}/threads|POST /issues/{}/threads
  GET /issues/{}/voice-calls|GET /knowledge-bases/{}/articles|DELETE /knowledge-bases/{}/articles/{}
  PATCH /knowledge-bases/{}/articles/{}|GET /knowledge-bases/{}/collections|GET /knowledge-bases/{}/collections/{}
  POST /projects/search|DELETE /projects/{}|POST /surveys/search|POST /tasks/search|DELETE /tasks/{}
  POST /tasks/{}/comments|DELETE /tasks/{}/comments/{}|PATCH /tasks/{}/comments/{}|PATCH /teams/{}
  POST /users/search|PATCH /users/{}`;

const HIGH = `
  GET /accounts|POST /accounts|GET /accounts/{}/relationships|GET /accounts/{}|PATCH /accounts/{}|GET /audit-logs
  GET /call-recordings/{}|GET /contacts|POST /contacts|GET /contacts/{}|PATCH /contacts/{}|GET /custom-fields
  GET /custom-fields/{}|GET /custom-objects/{}|GET /email-suppressions|GET /custom-objects/{}/{}|GET /feature-requests/{}|GET /issues/{}
  GET /issues/{}/followers|GET /knowledge-bases|GET /knowledge-bases/{}|GET /knowledge-bases/{}/articles/{}
  GET /macro-groups|GET /macros|POST /macros|GET /macros/{}|PATCH /macros/{}|GET /me|POST /milestones
  DELETE /milestones/{}|GET /milestones/{}|PATCH /milestones/{}|POST /projects|GET /projects/{}|PATCH /projects/{}
  GET /surveys|GET /surveys/{}|GET /surveys/{}/responses|GET /tags|POST /tags|GET /tags/{}|GET /tasks|POST /tasks
  GET /tasks/{}|PATCH /tasks/{}|GET /tasks/{}/comments|GET /teams|GET /teams/{}|GET /ticket-forms
  GET /ticket-forms/{}|GET /training-data|GET /training-data/{}|GET /user-roles|GET /users|GET /users/{}`;

const names = (list: string) => list.trim().split(/\s*[|\n]\s*/);

/** The tier of every endpoint Pylon documents, placeholders as `{}`. */
export const ENDPOINTS: ReadonlyMap<string, Tier> = new Map([
  ...names(LOW).map((name) => [name, 'low'] as const),
  ...names(MIDDLE).map((name) => [name, 'middle'] as const),
  ...names(HIGH).map((name) => [name, 'high'] as const),
]);

/** Names found so far: every request asks for one, and there are no more than routes. */
const found = new Map<string, string>();

/** An endpoint's name without the names of its placeholders: `GET /issues/{id}` → `GET /issues/{}`. */
export function canonical(endpoint: string): string {
  const name = found.get(endpoint) ?? withPlaceholders(endpoint, () => '{}');
  found.set(endpoint, name);
  return name;
}
