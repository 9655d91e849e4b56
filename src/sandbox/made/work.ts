import { DAY, instant } from '../data/instants.ts';
import { Dice, ids, mix, salt } from '../data/random.ts';
import type { Fields } from '../data/rows.ts';
import { firm, html, NASTY, sentence } from '../data/words.ts';

export interface WorkWorld {
  readonly seed: number;
  readonly traps: boolean;
  readonly accounts: readonly Fields[];
  readonly contacts: readonly Fields[];
  readonly users: readonly Fields[];
  /** Epoch milliseconds. */
  readonly now: number;
}

const updatedAfter = (world: WorkWorld, created: number, days: number) =>
  instant(Math.max(created, Math.min(created + days * DAY, world.now - 60_000)));

/** `status` can be filtered by, but is never served. */
export function project(world: WorkWorld, index: number, created: number): Fields {
  const roll = new Dice(mix(world.seed, salt('projects'), index));
  const archived = index % 6 === 1;
  return {
    id: ids(world.seed, 'projects').of(index),
    name: `${firm(roll, index)} rollout`,
    description_html: html(roll, 1),
    account: { id: roll.pick(world.accounts).id, external_ids: null },
    owner_id: index % 4 === 3 ? null : roll.pick(world.users).id,
    start_date: instant(created),
    end_date: index % 3 === 0 ? null : instant(created + 60 * DAY),
    customer_portal_visible: index % 2 === 0,
    is_archived: archived,
    ...(archived ? { archived_at: updatedAfter(world, created, 61) } : {}),
    project_template: index % 2 === 0 ? { id: ids(world.seed, 'project_templates').of(0) } : null,
    custom_fields: { go_live: { slug: 'go_live', value: instant(created + 30 * DAY) } },
    created_at: instant(created),
    updated_at: updatedAfter(world, created, index % 61),
  };
}

/** Two of a project, the last one of none. */
export function milestone(
  world: WorkWorld,
  index: number,
  owner: Fields | undefined,
  created: number,
): Fields {
  return {
    id: ids(world.seed, 'milestones').of(index),
    name: ['Kick-off', 'Go-live'][index % 2],
    project: owner === undefined ? null : { id: owner.id },
    account: owner?.account ?? null,
    due_date: index % 3 === 0 ? null : instant(created + 20 * DAY),
    created_at: instant(created),
    updated_at: updatedAfter(world, created, index % 7),
  };
}

/** Tasks name every milestone in turn, and now and then one that is gone. */
export function task(
  world: WorkWorld,
  index: number,
  created: number,
  projects: readonly Fields[],
  milestones: readonly Fields[],
): Fields {
  const roll = new Dice(mix(world.seed, salt('tasks'), index));
  const id = ids(world.seed, 'tasks');
  const user = roll.pick(world.users);
  const contact = roll.pick(world.contacts);
  const lost = world.traps && index % 45 === 44;
  const milestone = milestones[index % milestones.length];
  return {
    id: id.of(index),
    title: world.traps && index < NASTY.length ? NASTY[index] : sentence(roll),
    body_html: index % 4 === 0 ? '' : html(roll, 1),
    status: roll.pick(['not_started', 'in_progress', 'completed']),
    ...(index % 8 === 7 ? {} : { account: { id: roll.pick(world.accounts).id, external_ids: null } }),
    project: index % 5 === 4 ? null : { id: projects[index % projects.length]?.id },
    milestone: { id: lost ? ids(world.seed, 'gone').of(index) : milestone?.id },
    assignee:
      index % 3 === 0
        ? { user: { id: user.id, email: user.email } }
        : index % 3 === 1
          ? { contact: { id: contact.id, email: contact.email } }
          : null,
    parent_task_id: index % 10 === 1 ? id.of(index - 1) : null,
    subtask_ids: index % 10 === 0 ? [id.of(index + 1)] : world.traps ? null : [],
    due_date:
      world.traps && index % 20 === 6
        ? '9999-12-31T23:59:59Z'
        : index % 2 === 0
          ? instant(created + 7 * DAY)
          : null,
    customer_portal_visible: index % 2 === 1,
    custom_fields: index % 2 === 0 ? { effort: { slug: 'effort', value: `${roll.below(13)}` } } : {},
    created_at: instant(created),
    updated_at: updatedAfter(world, created, index % 9),
  };
}

export function taskComment(world: WorkWorld, index: number, taskId: string, created: number): Fields {
  const roll = new Dice(mix(world.seed, salt('task_comments'), index));
  const user = roll.pick(world.users);
  return {
    id: ids(world.seed, 'task_comments').of(index),
    task_id: taskId,
    body_html: html(roll, 1),
    author: { user: { id: user.id, email: user.email } },
    is_internal: index % 2 === 0,
    last_edited_at: index % 3 === 0 ? instant(created + 60_000) : null,
    created_at: instant(created),
    updated_at: instant(created + (index % 3 === 0 ? 60_000 : 0)),
  };
}
