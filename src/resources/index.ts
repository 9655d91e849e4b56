import { UsageError } from '../errors.ts';
import { accounts } from './accounts.ts';
import { articleTranslations } from './article_translations.ts';
import { articles } from './articles.ts';
import { auditLogs } from './audit_logs.ts';
import { collections } from './collections.ts';
import { contacts } from './contacts.ts';
import { customFields } from './custom_fields.ts';
import type { Resource } from './define.ts';
import { issueFollowers } from './issue_followers.ts';
import { issueMessages } from './issue_messages.ts';
import { issueStatuses } from './issue_statuses.ts';
import { issueThreads } from './issue_threads.ts';
import { issues } from './issues.ts';
import { knowledgeBases } from './knowledge_bases.ts';
import { macroGroups } from './macro_groups.ts';
import { macros } from './macros.ts';
import { milestones } from './milestones.ts';
import { organizations } from './organizations.ts';
import { projects } from './projects.ts';
import { surveyResponses } from './survey_responses.ts';
import { surveys } from './surveys.ts';
import { tags } from './tags.ts';
import { taskComments } from './task_comments.ts';
import { tasks } from './tasks.ts';
import { teams } from './teams.ts';
import { ticketForms } from './ticket_forms.ts';
import { userRoles } from './user_roles.ts';
import { users } from './users.ts';

/** Everything that is mirrored, parents before their children. */
export const resources: readonly Resource[] = [
  organizations,
  users,
  userRoles,
  teams,
  tags,
  customFields,
  issueStatuses,
  ticketForms,
  accounts,
  contacts,
  issues,
  issueMessages,
  issueFollowers,
  issueThreads,
  tasks,
  taskComments,
  projects,
  milestones,
  knowledgeBases,
  collections,
  articles,
  articleTranslations,
  macros,
  macroGroups,
  surveys,
  surveyResponses,
  auditLogs,
];

/** The resource of a name a person gave; throws `UsageError` naming those there are. */
export function resourceNamed(name: string): Resource {
  const found = resources.find((resource) => resource.name === name);
  if (found !== undefined) return found;
  const names = resources.map((resource) => resource.name).join(', ');
  throw new UsageError(`unknown resource "${name}": give one of ${names}`);
}
