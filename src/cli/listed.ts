import type { Resource } from '../resources/define.ts';

/** Resources that come whole in a few answers, and what hangs on them without a mark of change. */
export function listed(resources: readonly Resource[]): readonly Resource[] {
  const names = new Set<string>();
  return resources.filter(({ name, pull }) => {
    const whole =
      pull.by === 'object' ||
      pull.by === 'list' ||
      (pull.by === 'parent' && pull.mark === undefined && names.has(pull.parent));
    if (whole) names.add(name);
    return whole;
  });
}
