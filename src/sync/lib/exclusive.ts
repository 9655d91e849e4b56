/** Runs work under names; never two at once under the same name. */
export interface Exclusive {
  isBusy(name: string): boolean;
  /** Runs `work` once earlier work of that name has ended. */
  run<T>(name: string, work: () => Promise<T>): Promise<T>;
}

export function newExclusive(): Exclusive {
  const last = new Map<string, Promise<unknown>>();
  return {
    isBusy: (name) => last.has(name),
    run<T>(name: string, work: () => Promise<T>): Promise<T> {
      const result = (last.get(name) ?? Promise.resolve()).then(work);
      // A failure of earlier work does not concern the next.
      const ended = result.then(
        () => {},
        () => {},
      );
      last.set(name, ended);
      void ended.then(() => {
        if (last.get(name) === ended) last.delete(name);
      });
      return result;
    },
  };
}
