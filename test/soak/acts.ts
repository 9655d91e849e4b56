import type { World } from '../../src/sandbox/start.ts';
import { iso, type Picks } from './picks.ts';

/** Does something to the world; false where there was nothing to do it to. */
type Act = (picks: Picks) => boolean;

/** Deletions of one kind: fewer than a person would have to look at. */
const MOST_DELETED = 30;

interface Remembered {
  /** Records (`<resource> <id>`) that changed without anything's pointing to it. */
  readonly silent: Set<string>;
  /** How much was done before: makes each text another one. */
  readonly made: () => number;
}

/** Everything that may happen, and how often in comparison. */
export function actsOf(
  world: World,
  { silent, made }: Remembered,
): readonly (readonly [weight: number, name: string, act: Act])[] {
  const deleted: { resource: string; object: Record<string, unknown> }[] = [];
  const removals = new Map<string, number>();

  const edit =
    (resource: string, fields: (picks: Picks) => Record<string, unknown>, options = {}): Act =>
    (picks) => {
      const id = picks.id(resource);
      if (id === undefined) return false;
      world.patch(resource, id, fields(picks), options);
      return true;
    };
  const mayRemove = (resource: string) => {
    const count = removals.get(resource) ?? 0;
    removals.set(resource, count + 1);
    return count < MOST_DELETED;
  };
  const remove =
    (resource: string): Act =>
    (picks) => {
      const id = picks.id(resource);
      if (id === undefined || !mayRemove(resource)) return false;
      deleted.push({ resource, object: world.get(resource, id) ?? {} });
      world.remove(resource, id);
      return true;
    };
  const message =
    (change: (id: string) => void): Act =>
    (picks) => {
      const id = picks.id('issue_messages');
      if (id === undefined) return false;
      change(id);
      silent.add(`issue_messages ${id}`);
      return true;
    };
  const title = () => `Title ${made()}`;
  const name = () => ({ name: `Name ${made()}` });

  return [
    [
      24,
      'edits of issues',
      edit('issues', ({ dice }) => ({ title: title(), state: dice.pick(['new', 'closed', 'on_hold']) })),
    ],
    [6, 'silent edits of issues', edit('issues', () => ({ title: title() }), { silent: true })],
    [6, 'edits of accounts', edit('accounts', name)],
    [6, 'edits of contacts', edit('contacts', name)],
    [8, 'edits of tasks', edit('tasks', () => ({ title: title() }))],
    [2, 'silent edits of tasks', edit('tasks', () => ({ title: title() }), { silent: true })],
    [4, 'edits of projects', edit('projects', name)],
    [3, 'edits of milestones', edit('milestones', name)],
    [
      3,
      'edits of users, tags and articles',
      (picks) => {
        const [resource, fields] = picks.dice.pick([
          ['users', name()],
          ['tags', { value: `tag-${made()}` }],
          ['articles', { title: title(), last_edited_at: iso() }],
        ] as const);
        return edit(resource, () => fields)(picks);
      },
    ],
    [
      8,
      'new issues',
      (picks) => {
        const account = picks.id('accounts');
        const { id } = world.create('issues', {
          title: title(),
          state: 'new',
          account: account === undefined ? null : { id: account },
        });
        world.addMessage(`${id}`);
        return true;
      },
    ],
    [
      6,
      'new accounts, contacts and tasks',
      ({ dice }) => {
        const resource = dice.pick(['accounts', 'contacts', 'tasks']);
        world.create(resource, resource === 'tasks' ? { title: title() } : name());
        return true;
      },
    ],
    [
      3,
      'new entries of the audit log',
      () => {
        world.create('audit_logs', { action: 'issue.updated', action_happened_at: iso() });
        return true;
      },
    ],
    [
      16,
      'messages',
      (picks) => {
        const id = picks.id('issues');
        if (id !== undefined) world.addMessage(id, { message_html: `<p>${made()}</p>` });
        return id !== undefined;
      },
    ],
    [
      3,
      'comments',
      (picks) => {
        const task_id = picks.id('tasks');
        if (task_id === undefined) return false;
        const { id } = world.create('task_comments', { body_html: `<p>${made()}</p>` }, { task_id });
        if (picks.dice.chance(0.5)) world.patch('tasks', task_id, {});
        else silent.add(`task_comments ${id}`);
        return true;
      },
    ],
    [
      2,
      'followers',
      (picks) => {
        const issue_id = picks.id('issues');
        const id = picks.id('users');
        if (issue_id === undefined || id === undefined) return false;
        silent.add(`issue_followers ${world.put('issue_followers', { id, type: 'user' }, { issue_id })}`);
        return true;
      },
    ],
    [3, 'redactions', message((id) => world.redactMessage(id))],
    [
      2,
      'edits of messages',
      message((id) => world.patch('issue_messages', id, { message_html: `<p>${made()}</p>` })),
    ],
    [
      1,
      'deletions of messages',
      (picks) => mayRemove('issue_messages') && message((id) => world.remove('issue_messages', id))(picks),
    ],
    [2, 'deletions of issues', remove('issues')],
    [2, 'deletions of contacts and tasks', (picks) => remove(picks.dice.pick(['contacts', 'tasks']))(picks)],
    [
      0.5,
      'merges of accounts',
      (picks) => {
        const [into, loser] = [picks.id('accounts'), picks.id('accounts')];
        if (into === undefined || loser === undefined || into === loser || world.count('accounts') < 8)
          return false;
        world.mergeAccounts(into, [loser]);
        return true;
      },
    ],
    [
      2,
      'undeletions',
      () => {
        const back = deleted.shift();
        if (back !== undefined) world.put(back.resource, back.object);
        return back !== undefined;
      },
    ],
  ];
}
