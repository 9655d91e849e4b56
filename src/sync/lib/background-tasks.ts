import type { Report } from './failure-log.ts';

/** Tasks that run in the background: concurrently under different names, never two under one name. */
export interface BackgroundTasks {
  /** Starts a task, unless one of that name is running. Returns whether it did. */
  begin(name: string, work: () => Promise<void>): boolean;
  /** The number of running tasks. */
  size(): number;
  /** Resolves when no task is running. */
  idle(): Promise<void>;
}

/** @param report receives the outcome of each task. What it throws is dropped with the task. */
export function newBackgroundTasks(report: Report): BackgroundTasks {
  const underWay = new Map<string, Promise<void>>();
  return {
    begin(name, work) {
      if (underWay.has(name)) return false;
      const ended = work()
        .then(() => report.recovered(name))
        .catch((error: unknown) => report.failed(name, error))
        // `report` throws when the daemon's work is ending, which its other parts report.
        .catch(() => {})
        .finally(() => underWay.delete(name));
      underWay.set(name, ended);
      return true;
    },
    size: () => underWay.size,
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay.values());
    },
  };
}
