/** Collects items and works on several of them at once, soon after they have come. */
export interface Gathering<T, R> {
  /**
   * Announces an item, once there is room for it: the items that have come wait for those announced, for a short while.
   * The announcement lasts until the returned function is called, or for as long as `work` is.
   */
  expect(): () => void;
  /** Resolves once items may be added without more of them being in memory than allowed. */
  room(): Promise<void>;
  /** Adds an item. Resolves with what became of it. */
  add(item: T): Promise<R>;
}

export interface GatheringOptions<T> {
  /** How much memory an item takes, in a unit of its own. */
  readonly sizeOf: (item: T) => number;
  /** So much is worked on at once, and as much again may wait. */
  readonly most: number;
  /** Milliseconds that an item waits for others at most. */
  readonly waitMs: number;
}

interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Begins to work on the items that have come when no other is expected, when they are as many as may be worked on at
 * once, or when the first of them has waited for long enough.
 *
 * @param work Returns what became of each item, in their order. What it throws is thrown to all of them.
 */
export function newGathering<T, R>(
  { sizeOf, most, waitMs }: GatheringOptions<T>,
  work: (items: readonly T[]) => Promise<readonly PromiseSettledResult<R>[]>,
): Gathering<T, R> {
  let waiting: Waiting<T, R>[] = [];
  let size = 0;
  /** Of the items that came, worked on or not. */
  let taken = 0;
  let expected = 0;
  let timer: NodeJS.Timeout | undefined;
  let wake: (() => void)[] = [];

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    const items = waiting;
    const weight = size;
    [waiting, size] = [[], 0];
    if (items.length === 0) return;
    void work(items.map(({ item }) => item))
      .then(
        (results) =>
          items.forEach(({ resolve, reject }, index) => {
            const result = results[index];
            if (result?.status === 'fulfilled') resolve(result.value);
            else reject(result?.reason);
          }),
        (error: unknown) => {
          for (const { reject } of items) reject(error);
        },
      )
      .finally(() => {
        taken -= weight;
        const woken = wake;
        wake = [];
        for (const one of woken) one();
      });
  };
  /** Later than now: whoever added the last item may be about to announce the next. */
  const flushUnlessExpecting = () =>
    setImmediate(() => {
      if (expected === 0) flush();
    });

  return {
    expect() {
      expected += 1;
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        expected -= 1;
        if (expected === 0) flushUnlessExpecting();
      };
    },
    async room() {
      while (taken >= 2 * most) await new Promise<void>((resolve) => wake.push(resolve));
    },
    add(item) {
      return new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        const weight = sizeOf(item);
        size += weight;
        taken += weight;
        if (size >= most) flush();
        else timer ??= setTimeout(flush, waitMs);
        if (expected === 0) flushUnlessExpecting();
      });
    },
  };
}
