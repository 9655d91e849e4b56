/** The clock that a sandbox's limits go by; how fast can be changed. */
export interface Clock {
  readonly now: () => number;
  /** How much faster than a real one from now on. */
  run(factor: number): void;
}

export function newClock(): Clock {
  let [at, base, factor] = [performance.now(), 0, 1];
  const now = () => base + (performance.now() - at) * factor;
  return {
    now,
    run(next) {
      [base, at, factor] = [now(), performance.now(), next];
    },
  };
}
