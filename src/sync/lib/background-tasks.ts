import type { Report } from './failure-log.ts';

/** Work that nobody waits for: pieces of different names run side by side, of one name never two. */
export interface BackgroundTasks {
  /** Begins a piece of work, unless one of that name is under way. Whether it did. */
  begin(name: string, work: () => Promise<void>): boolean;
  /** Pieces under way. */
  size(): number;
  /** Resolves when none is under way any more. */
  idle(): Promise<void>;
}

/** @param report receives what each piece comes to; what it throws ends with that piece. */
export function newBackgroundTasks(report: Report): BackgroundTasks {
  const underWay = new Map<string, Promise<void>>();
  return {
    begin(name, work) {
      if (underWay.has(name)) return false;
      const ended = work()
        .then(() => report.recovered(name))
        .catch((error: unknown) => report.failed(name, error))
        // Thrown where the work as a whole is over, which everybody has been told.
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
