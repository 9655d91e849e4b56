/** Work by name, of which no two pieces of one name run at once. */
export interface Exclusive {
  isHeld(name: string): boolean;
  /** Runs when whatever holds the name has ended. */
  run<T>(name: string, work: () => Promise<T>): Promise<T>;
}

export function newExclusive(): Exclusive {
  const last = new Map<string, Promise<unknown>>();
  return {
    isHeld: (name) => last.has(name),
    run<T>(name: string, work: () => Promise<T>): Promise<T> {
      const result = (last.get(name) ?? Promise.resolve()).then(work);
      // What one piece of work came to is no business of the next.
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
