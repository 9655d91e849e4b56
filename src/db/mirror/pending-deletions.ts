/**
 * Records whose deletion is being proved at this moment. What answers for one of them meanwhile has to show in
 * its row, though nothing changed: by that the proof sees that it is refuted.
 */
export interface PendingDeletions {
  has(resource: string, id: string): boolean;
  /** From before the proof's first request is sent until what it proves is committed. */
  during<T>(resource: string, ids: readonly string[], work: () => Promise<T>): Promise<T>;
}

export function newPendingDeletions(): PendingDeletions {
  const held = new Map<string, number>();
  const add = (key: string, count: number) => {
    const left = (held.get(key) ?? 0) + count;
    if (left === 0) held.delete(key);
    else held.set(key, left);
  };
  return {
    has: (resource, id) => held.size > 0 && held.has(`${resource} ${id}`),
    async during(resource, ids, work) {
      for (const id of ids) add(`${resource} ${id}`, 1);
      try {
        return await work();
      } finally {
        for (const id of ids) add(`${resource} ${id}`, -1);
      }
    },
  };
}
