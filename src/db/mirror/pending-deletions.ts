/**
 * Records whose deletion is being confirmed at the moment. If an answer contains one of them meanwhile, its row must
 * be written even if nothing changed: that refutes the deletion.
 */
export interface PendingDeletions {
  has(resource: string, id: string): boolean;
  /**
   * Registers the records while `work` runs. It must last from before the first request of the proof until its result
   * is committed.
   */
  during<T>(resource: string, ids: readonly string[], work: () => Promise<T>): Promise<T>;
}

export function newPendingDeletions(): PendingDeletions {
  const counts = new Map<string, number>();
  const add = (key: string, count: number) => {
    const left = (counts.get(key) ?? 0) + count;
    if (left === 0) counts.delete(key);
    else counts.set(key, left);
  };
  return {
    has: (resource, id) => counts.size > 0 && counts.has(`${resource} ${id}`),
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
