import { expect } from 'vitest';

/** Milliseconds of processor time of this process: what others do on the machine does not count. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/** Milliseconds that the quickest of a few runs took. */
async function quickest(work: () => unknown, clock: () => number): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3; run += 1) {
    const began = clock();
    await work();
    best = Math.min(best, clock() - began);
  }
  return best;
}

export interface Measured {
  readonly clock?: () => number;
  /** What may come on top of it, in milliseconds, of the clock that is used. */
  readonly slackMs?: number;
}

/**
 * Expects that four times the size takes about four times as long, and not sixteen times: eight times is allowed, and
 * something on top. So the size must be such that what grows with its square takes longer than that at four times of it.
 */
export async function expectLinear(
  size: number,
  work: (size: number) => unknown,
  { clock = cpuMs, slackMs = 100 }: Measured = {},
): Promise<void> {
  const once = await quickest(() => work(size), clock);
  const fourfold = await quickest(() => work(4 * size), clock);
  expect(fourfold).toBeLessThan(8 * once + slackMs);
}
