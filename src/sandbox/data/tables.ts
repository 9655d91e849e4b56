import { contact } from '../made/contacts.ts';
import { customFields, issueStatuses, tags, ticketForms } from '../made/labels.ts';
import { auditLog, macro, macroGroups, surveyResponse, surveys } from '../made/office.ts';
import { organization, teams, userRoles, users } from '../made/people.ts';
import { milestone, project, task, taskComment } from '../made/work.ts';
import { madeKnowledge } from '../making-knowledge.ts';
import type { Settings } from '../options.ts';
import { account } from '../resources/accounts/generate.ts';
import type { Tables } from '../resources/index.ts';
import { madeIssues } from '../resources/issues/generate.ts';
import { owned } from './child-table.ts';
import { type Child, children, table } from './generator.ts';
import { DAY } from './instants.ts';
import type { Fields } from './rows.ts';

/** The made-up workspace as it stands at `start` (epoch milliseconds): a function of the settings alone. */
export function madeTables(settings: Settings, start: number): Tables {
  const { seed, traps, issues } = settings;
  const oldest = start - settings.historyDays * DAY;
  /** When the `index`th of `count` objects came to be: evenly spread, never in the same millisecond. */
  const spread = (index: number, count: number) =>
    Math.floor(oldest + ((start - 3_600_000 - oldest) * (index + 0.5)) / count);
  const many = (count: number, make: (index: number, created: number) => Fields) =>
    Array.from({ length: count }, (_, index) => make(index, spread(index, count)));
  const share = (part: number, least: number) => Math.max(least, Math.floor(issues / part));

  const roles = userRoles(seed);
  const people = users(seed, Math.min(200, 12 + Math.floor(issues / 500)), roles);
  const groups = teams(seed, people);
  const accounts = many(share(20, 12), (i, created) =>
    account({ seed, traps, users: people, now: start }, i, created),
  );
  const contacts = many(share(8, 45), (i) => contact(seed, traps, accounts, i));
  const office = { seed, users: people, accounts, contacts };
  const work = { ...office, traps, now: start };
  const projects = many(share(100, 4), (i, created) => project(work, i, created));
  const milestones = many(projects.length * 2 + 1, (i, created) =>
    milestone(work, i, projects[Math.floor(i / 2)], created),
  );
  const tasks = many(share(20, 50), (i, created) => task(work, i, created, projects, milestones));
  const macroGroup = macroGroups(seed, oldest);
  const surveyed = surveys(seed, oldest);
  const labels = tags(seed);
  const knowledge = madeKnowledge(
    { seed, traps, users: people, tags: labels.filter((tag) => tag.object_type === 'article') },
    share(50, 12),
    oldest,
    many,
  );

  const taskTable = table('tasks', tasks, spread);
  const comments = children(
    'task_comments',
    'task_id',
    tasks.flatMap((owner, i) =>
      Array.from({ length: i % 3 }, (_, k): Child => {
        const created = spread(i, tasks.length) + (k + 1) * 90_000;
        return [taskComment(work, i * 3 + k, `${owner.id}`, created), { task_id: `${owner.id}` }];
      }),
    ),
  );

  return {
    organizations: table('organizations', [organization(seed)]),
    users: table('users', people),
    user_roles: table('user_roles', roles),
    teams: table('teams', groups),
    tags: table('tags', labels),
    custom_fields: table('custom_fields', customFields(seed, oldest)),
    issue_statuses: table('issue_statuses', issueStatuses()),
    ticket_forms: table('ticket_forms', ticketForms(seed)),
    accounts: table('accounts', accounts, spread),
    contacts: table('contacts', contacts, spread),
    ...madeIssues(settings, start, { ...office, teams: groups }),
    tasks: taskTable,
    task_comments: owned(comments, 'task_id', taskTable),
    projects: table('projects', projects, spread),
    milestones: table('milestones', milestones, spread),
    ...knowledge,
    macros: table(
      'macros',
      many(12, (i, created) => macro(office, i, created, macroGroup)),
      spread,
    ),
    macro_groups: table('macro_groups', macroGroup),
    surveys: table('surveys', surveyed),
    survey_responses: children(
      'survey_responses',
      'survey_id',
      many(share(20, 30), (i, at) => surveyResponse(office, i, at)).map(
        (response, i): Child => [response, { survey_id: `${surveyed[i % surveyed.length]?.id}` }],
      ),
    ),
    audit_logs: table(
      'audit_logs',
      many(share(10, 40), (i, at) => auditLog(office, i, at)),
      spread,
    ),
  };
}
