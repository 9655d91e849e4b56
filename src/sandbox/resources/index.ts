/**
 * What the sandbox serves: one file a resource, one line here.
 *
 * To add a resource, look up in Pylon's documentation what it does, never in the client: the sandbox exists to
 * contradict the client where that is wrong, so it knows no descriptor of the product. Write `<name>.ts`, named as
 * the mirror's table, and export a `Resource`:
 *
 * - `generate` says what the workspace has of it at the start, as a function of the seed: `objects` that stand for
 *   themselves, `children` that are listed by a parent, or a `table` of its own where there may be millions
 *   (`issues/generate.ts`). `many` and `share` make them in proportion to the issues; `objects('users')` has what others
 *   may be referred to. With `traps`, add what surprises readers: nasty text, dangling references, odd times.
 * - `key` only where `id` alone does not tell an object from others; `referenceField` only where a reference to
 *   one bears a second field.
 * - `routes` are its endpoints with their tier of the rate limit: `getRoute`, `pagedRoute`, `wholeRoute` and
 *   `searchRoute` for reading (a search names its filters, `routes/fields.ts`), `route` with a function for the rest
 *   (`routes/writes.ts`: `create`, `change`, `removed`). A write's body is a strict Zod object: what Pylon does not
 *   document is refused. `whenEmpty` and `lastPageBare` say where an endpoint's envelope differs from the others'.
 * - `community` says how it looks in the third-party document: its object, its bodies, whether it is bare.
 *
 * Where a file grows beyond two hundred lines, its parts go into a folder of its name.
 */
import { account_activities } from './account_activities.ts';
import { account_highlights } from './account_highlights.ts';
import { account_relationships } from './account_relationships.ts';
import { accounts } from './accounts.ts';
import { activity_types } from './activity_types.ts';
import { article_translations } from './article_translations.ts';
import { articles } from './articles.ts';
import { attachments } from './attachments.ts';
import { audit_logs } from './audit_logs.ts';
import { call_recordings } from './call_recordings.ts';
import { collections } from './collections.ts';
import { contacts } from './contacts.ts';
import { custom_fields } from './custom_fields.ts';
import { custom_objects } from './custom_objects.ts';
import type { Resource } from './define.ts';
import { email_suppressions } from './email_suppressions.ts';
import { feature_request_evidence } from './feature_request_evidence.ts';
import { feature_requests } from './feature_requests.ts';
import { issue_followers } from './issue_followers.ts';
import { issue_messages } from './issue_messages.ts';
import { issue_statuses } from './issue_statuses.ts';
import { issue_threads } from './issue_threads.ts';
import { issues } from './issues.ts';
import { knowledge_bases } from './knowledge_bases.ts';
import { macro_groups } from './macro_groups.ts';
import { macros } from './macros.ts';
import { milestones } from './milestones.ts';
import { organizations } from './organizations.ts';
import { projects } from './projects.ts';
import { survey_responses } from './survey_responses.ts';
import { surveys } from './surveys.ts';
import { tags } from './tags.ts';
import { task_comments } from './task_comments.ts';
import { tasks } from './tasks.ts';
import { teams } from './teams.ts';
import { ticket_forms } from './ticket_forms.ts';
import { training_data } from './training_data.ts';
import { user_roles } from './user_roles.ts';
import { users } from './users.ts';
import { voice_calls } from './voice_calls.ts';

/** Everything the sandbox serves, in the order of a dump. */
export const resources: readonly Resource[] = [
  organizations,
  users,
  user_roles,
  teams,
  tags,
  custom_fields,
  issue_statuses,
  ticket_forms,
  accounts,
  account_relationships,
  account_highlights,
  account_activities,
  attachments,
  activity_types,
  contacts,
  issues,
  issue_messages,
  issue_followers,
  issue_threads,
  voice_calls,
  tasks,
  task_comments,
  projects,
  milestones,
  call_recordings,
  custom_objects,
  feature_requests,
  feature_request_evidence,
  knowledge_bases,
  collections,
  articles,
  article_translations,
  macros,
  macro_groups,
  surveys,
  survey_responses,
  audit_logs,
  training_data,
  email_suppressions,
];
