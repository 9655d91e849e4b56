import type { Resource } from './define.ts';

/**
 * Resources that Pylon cannot filter by a time of change: those that a few answers list completely, and their
 * children, if the parent's mark has changed or there is none.
 */
export function listed(resources: readonly Resource[]): readonly Resource[] {
  const names = new Set<string>();
  return resources.filter(({ name, pull, changes }) => {
    const whole =
      changes === undefined &&
      (pull.by === 'object' ||
        pull.by === 'list' ||
        pull.by === 'search' ||
        pull.by === 'slices' ||
        pull.by === 'reference' ||
        (pull.by === 'parent' && names.has(pull.parent)));
    if (whole) names.add(name);
    return whole;
  });
}

/** The schedules of the daemon: pulls of changes, whole lists, the full comparison. */
export type ScheduleName = 'changes' | 'lists' | 'reconcile';

/** The schedule that keeps a resource up to date: its own, or that of the records whose changes it is read for. */
export function scheduleOf(resource: Resource, all: readonly Resource[]): ScheduleName {
  const { pull, changes } = resource;
  if (changes !== undefined) return 'changes';
  if (listed(all).includes(resource)) return 'lists';
  const parent = pull.by === 'parent' ? all.find(({ name }) => name === pull.parent) : undefined;
  return parent === undefined ? 'reconcile' : scheduleOf(parent, all);
}

/** Whether all records of a resource are mirrored: those that are listed from one time on, or by reference, are not. */
export function isListedWhole({ pull }: Resource, all: readonly Resource[]): boolean {
  if (pull.by === 'list' || pull.by === 'search' || pull.by === 'object') return true;
  if (pull.by !== 'parent' || pull.mark !== undefined) return false;
  const parent = all.find(({ name }) => name === pull.parent);
  return parent !== undefined && isListedWhole(parent, all);
}
