import { resources } from '../../src/resources/index.ts';
import type { Sandbox } from '../../src/sandbox/start.ts';
import { keysIn } from './compare-mirror.ts';

/** Remembers what Pylon had once and did not have later, whether it came back or not. */
export interface Deletions {
  /** To be called after everything that happens in Pylon, before anything else does. */
  look(): void;
  has(resource: string, id: string): boolean;
}

export function watchDeletions(sandbox: Sandbox): Deletions {
  const had = new Map<string, ReadonlySet<string>>();
  const gone = new Set<string>();
  const look = () => {
    for (const { name } of resources) {
      const keys = keysIn(sandbox, name);
      for (const key of had.get(name) ?? []) if (!keys.has(key)) gone.add(`${name} ${key}`);
      had.set(name, keys);
    }
  };
  look();
  return { look, has: (resource, id) => gone.has(`${resource} ${id}`) };
}
