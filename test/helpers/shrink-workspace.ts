import type { Sandbox } from '../../src/sandbox/start.ts';

/** How many of each kind are left. */
const KEPT: Readonly<Record<string, number>> = {
  accounts: 5,
  contacts: 6,
  users: 5,
  tags: 4,
  macros: 2,
  tasks: 5,
  projects: 3,
  custom_objects: 6,
  articles: 3,
  survey_responses: 3,
  audit_logs: 3,
};

/** Messages left to an issue. */
const MESSAGES = 4;

/** Leaves a few objects of each kind in a made-up workspace: a pass takes a fraction of a second. */
export function shrinkWorkspace({ world }: Sandbox): void {
  const removeUnless = (
    resource: string,
    keep: (object: Record<string, unknown>, index: number) => boolean,
  ) => {
    for (const [index, { object, path }] of [...world.all(resource)].entries()) {
      if (keep({ ...object, ...path }, index)) continue;
      const key = resource === 'article_translations' ? `${object.id}:${path.language}` : String(object.id);
      world.remove(resource, key);
    }
  };
  const idsOf = (resource: string) => new Set([...world.all(resource)].map(({ object }) => object.id));
  for (const [resource, kept] of Object.entries(KEPT)) removeUnless(resource, (_, index) => index < kept);
  const messages = new Map<unknown, number>();
  removeUnless('issue_messages', ({ issue_id }) => {
    messages.set(issue_id, (messages.get(issue_id) ?? 0) + 1);
    return (messages.get(issue_id) ?? 0) <= MESSAGES;
  });
  const [tasks, articles] = [idsOf('tasks'), idsOf('articles')];
  removeUnless('task_comments', ({ task_id }) => tasks.has(task_id));
  removeUnless('article_translations', ({ id }) => articles.has(id));
  // Milestones are known by the tasks that name them.
  const named = new Set(
    [...world.all('tasks')].map(({ object }) => (object.milestone as { id?: string } | null)?.id),
  );
  removeUnless('milestones', ({ id }) => named.has(id as string));
}
