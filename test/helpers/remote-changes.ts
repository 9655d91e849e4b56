import type { Sandbox } from '../../src/sandbox/start.ts';
import type { RemoteChange } from './remote-change-plans.ts';

/** Resources without a time of change that can be asked for, or with one that is not. */
const OTHERS = [
  ...['accounts', 'contacts', 'tags', 'users', 'articles', 'milestones', 'custom_fields', 'teams'],
  'call_recordings',
];
const REMOVED = [
  ...['issues', 'tasks', 'projects', 'accounts', 'contacts', 'tags', 'articles', 'macros'],
  'call_recordings',
  'custom_objects',
];
const CREATED = ['issues', 'tasks', 'projects', 'accounts', 'contacts', 'custom_objects'];

interface Removed {
  readonly resource: string;
  readonly object: Record<string, unknown>;
  readonly path: Readonly<Record<string, string>>;
  readonly with: readonly Removed[];
}

/** Pylon as others see and change it, with a memory of what was done. */
export interface Remote {
  /** Pylon's clock, epoch milliseconds. */
  now: number;
  /** How many changes were made so far. */
  readonly made: number;
  make(edit: RemoteChange): void;
  /** Objects whose last change showed, and when it was made, by `<resource> <key>`. */
  readonly shown: ReadonlyMap<string, number>;
  /** Objects that were gone at some time since a change, or whose parent was. */
  wasGone(resource: string, since: number): boolean;
}

const iso = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

/** @param sandboxOf the sandbox, once it runs by this one's clock. */
export function newRemote(sandboxOf: () => Sandbox, start: number): Remote {
  const removed: Removed[] = [];
  const shown = new Map<string, number>();
  const gone = new Map<string, number>();
  let made = 0;

  const world = () => sandboxOf().world;
  const all = (resource: string) =>
    [...world().all(resource)].filter(({ object }) => typeof object.id === 'string');
  const pick = (resource: string, which: number) => {
    const objects = all(resource);
    return objects[which % Math.max(1, objects.length)];
  };
  const idOf = (served: { readonly object: Record<string, unknown> }) => String(served.object.id);
  const show = (resource: string, id: string, silent: boolean) => {
    if (silent) shown.delete(`${resource} ${id}`);
    else shown.set(`${resource} ${id}`, made);
  };
  const patch = (resource: string, which: number, silent: boolean, fields: Record<string, unknown>) => {
    const found = pick(resource, which);
    if (found === undefined) return;
    world().patch(resource, idOf(found), fields, { silent });
    show(resource, idOf(found), silent);
  };
  const remove = (resource: string, served: { object: Record<string, unknown>; path: Removed['path'] }) => {
    const comments =
      resource === 'tasks' ? all('task_comments').filter(({ path }) => path.task_id === idOf(served)) : [];
    const children = comments.map((comment) => ({ resource: 'task_comments', ...comment, with: [] }));
    for (const { object } of children) world().remove('task_comments', String(object.id));
    world().remove(resource, idOf(served));
    removed.push({ resource, ...served, with: children });
    gone.set(resource, made);
    shown.delete(`${resource} ${idOf(served)}`);
  };
  const putBack = ({ resource, object, path, with: children }: Removed, silent: boolean) => {
    const moved = !silent && object.updated_at !== undefined ? { updated_at: iso(remote.now) } : {};
    world().put(resource, { ...object, ...moved }, path);
    for (const child of children) putBack(child, true);
    gone.set(resource, made);
    // What hangs on it comes back with it, as far as that shows.
    if (silent && resource === 'issues')
      for (const message of all('issue_messages'))
        if (message.path.issue_id === object.id) shown.delete(`issue_messages ${idOf(message)}`);
    show(resource, String(object.id), silent || object.updated_at === undefined);
  };
  const put = (resource: string, object: Record<string, unknown>, path: Record<string, string>) => {
    world().put(resource, object, path);
    show(resource, String(object.id), false);
  };

  const apply = ({ kind, which, other, silent }: RemoteChange) => {
    const name = `Changed ${made}`;
    const at = iso(remote.now);
    switch (kind) {
      case 'patch issue':
        return patch('issues', which, silent, { title: name });
      case 'patch task':
        return patch('tasks', which, silent, { title: name });
      case 'patch project':
        return patch('projects', which, silent, { name });
      case 'patch custom object':
        return patch('custom_objects', which, silent, { name });
      case 'patch another': {
        const resource = OTHERS[other % OTHERS.length] ?? '';
        const field =
          { custom_fields: 'label', articles: 'title', call_recordings: 'title' }[resource] ?? 'name';
        return patch(resource, which, true, { [field]: name });
      }
      case 'message': {
        const issue = pick('issues', which);
        if (issue === undefined) return;
        const message = world().addMessage(idOf(issue), { message_html: `<p>${name}</p>` });
        show('issue_messages', String(message.id), false);
        // The latest message is a field of the issue, too.
        if (shown.has(`issues ${idOf(issue)}`)) show('issues', idOf(issue), false);
        return;
      }
      case 'redact': {
        const message = pick('issue_messages', which);
        if (message === undefined) return;
        world().redactMessage(idOf(message));
        return show('issue_messages', idOf(message), true);
      }
      case 'unsay': {
        const message = pick('issue_messages', which);
        if (message === undefined) return;
        world().remove('issue_messages', idOf(message));
        gone.set('issue_messages', made);
        return show('issue_messages', idOf(message), true);
      }
      case 'comment': {
        const task = pick('tasks', which);
        if (task === undefined) return;
        const comment = { id: `comment-${made}`, body_html: name, created_at: at, updated_at: at };
        put('task_comments', comment, { task_id: idOf(task) });
        return patch('tasks', which, false, { title: name });
      }
      case 'follow': {
        const [issue, user] = [pick('issues', which), pick('users', other)];
        if (issue === undefined || user === undefined) return;
        world().put('issue_followers', { id: idOf(user), type: 'user' }, { issue_id: idOf(issue) });
        shown.set(`issue_followers ${idOf(issue)}:user:${idOf(user)}`, made);
        return patch('issues', which, false, { title: name });
      }
      case 'create': {
        const resource = CREATED[other % CREATED.length] ?? '';
        const times = { created_at: at, updated_at: at };
        const object = {
          ...{ id: `new-${made}`, name, title: name },
          ...(resource === 'contacts' ? {} : times),
          ...(resource === 'custom_objects' ? { type: which % 2 === 0 ? 'license' : 'device' } : {}),
        };
        return put(resource, object, {});
      }
      case 'remove': {
        const resource = REMOVED[other % REMOVED.length] ?? '';
        const found = pick(resource, which);
        return found === undefined ? undefined : remove(resource, found);
      }
      case 'put back': {
        const [found] = removed.splice(which % Math.max(1, removed.length), 1);
        return found === undefined ? undefined : putBack(found, silent);
      }
      case 'merge': {
        const [into, loser] = [pick('accounts', which), pick('accounts', other)];
        if (into === undefined || loser === undefined || idOf(into) === idOf(loser)) return;
        world().mergeAccounts(idOf(into), [idOf(loser)]);
        gone.set('accounts', made);
        // Nothing of what moved says so.
        for (const { object } of all('issues'))
          if ((object.account as { id?: string } | null)?.id === idOf(into))
            shown.delete(`issues ${object.id}`);
        return;
      }
    }
  };
  const remote = {
    now: start,
    get made() {
      return made;
    },
    make(edit: RemoteChange) {
      remote.now += edit.ms;
      made += 1;
      apply(edit);
    },
    shown,
    wasGone: (resource: string, since: number) => (gone.get(resource) ?? -1) >= since,
  };
  return remote;
}
