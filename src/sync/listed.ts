import type { Resource } from '../resources/define.ts';

/**
 * Resources that Pylon cannot filter by a time of change: those that come whole in a few answers, and what hangs
 * on them without a mark of change.
 */
export function listed(resources: readonly Resource[]): readonly Resource[] {
  const names = new Set<string>();
  return resources.filter(({ name, pull, changes }) => {
    const whole =
      changes === undefined &&
      (pull.by === 'object' ||
        pull.by === 'list' ||
        pull.by === 'reference' ||
        (pull.by === 'parent' && pull.mark === undefined && names.has(pull.parent)));
    if (whole) names.add(name);
    return whole;
  });
}
