import type { Resource } from '../../resources/define.ts';
import { parentOf } from '../runs/full-sync.ts';

/** Groups resources that are listed by each other's rows; the others are groups of one. */
export function familiesOf(resources: readonly Resource[]): readonly (readonly Resource[])[] {
  const families = new Map<string, Resource[]>();
  const rootOf = (resource: Resource): string => {
    const parent = resources.find(({ name }) => name === parentOf(resource));
    return parent === undefined ? resource.name : rootOf(parent);
  };
  for (const resource of resources) {
    const root = rootOf(resource);
    families.set(root, [...(families.get(root) ?? []), resource]);
  }
  return [...families.values()];
}
