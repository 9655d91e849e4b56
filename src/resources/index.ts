import { UsageError } from '../errors.ts';
import { accountRelationships } from './account_relationships.ts';
import { accounts } from './accounts.ts';
import { activityTypes } from './activity_types.ts';
import { articleTranslations } from './article_translations.ts';
import { articles } from './articles.ts';
import { auditLogs } from './audit_logs.ts';
import { callRecordings } from './call_recordings.ts';
import { collections } from './collections.ts';
import { contacts } from './contacts.ts';
import { customFields } from './custom_fields.ts';
import { customObjects } from './custom_objects.ts';
import type { Resource } from './define.ts';
import { emailSuppressions } from './email_suppressions.ts';
import { featureRequestEvidence } from './feature_request_evidence.ts';
import { featureRequests } from './feature_requests.ts';
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
import { trainingData } from './training_data.ts';
import { userRoles } from './user_roles.ts';
import { users } from './users.ts';
import { voiceCalls } from './voice_calls.ts';

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
  accountRelationships,
  activityTypes,
  contacts,
  issues,
  issueMessages,
  issueFollowers,
  issueThreads,
  voiceCalls,
  tasks,
  taskComments,
  projects,
  milestones,
  callRecordings,
  customObjects,
  featureRequests,
  featureRequestEvidence,
  knowledgeBases,
  collections,
  articles,
  articleTranslations,
  macros,
  macroGroups,
  surveys,
  surveyResponses,
  auditLogs,
  trainingData,
  emailSuppressions,
];

/** The resource of a name a person gave; throws `UsageError` naming those there are. */
export function resourceNamed(name: string): Resource {
  const found = resources.find((resource) => resource.name === name);
  if (found !== undefined) return found;
  const names = resources.map((resource) => resource.name).join(', ');
  throw new UsageError(`unknown resource "${name}": give one of ${names}`);
}

/** What webhooks call objects, and the resource of each. */
export const webhookNames: Readonly<Record<string, string>> = Object.fromEntries(
  resources.flatMap(({ name, webhook }) => (webhook === undefined ? [] : [[webhook, name]])),
);

/** Resources whose rows hang on those of another: they are listed per row of it, and gone with it. */
export function childrenOf(parent: Resource): readonly (Resource & { pull: { by: 'parent' } })[] {
  return resources.filter(
    (resource): resource is Resource & { pull: { by: 'parent' } } =>
      resource.pull.by === 'parent' && resource.pull.parent === parent.name,
  );
}

/** Resources with a request for one record, and the columns of theirs that name records of another. */
export function referringTo({ name }: Resource): readonly (readonly [Resource, column: string])[] {
  return resources.flatMap((resource) =>
    Object.entries(resource.get === undefined ? {} : (resource.refers ?? {}))
      .filter(([, named]) => named === name)
      .map(([column]) => [resource, column] as const),
  );
}

/** The column with the time at which an object last changed; undefined if Pylon does not send one. */
export function changeColumn({ table }: Resource): string | undefined {
  return ['updated_at', 'last_edited_at'].find((column) => column in table);
}
