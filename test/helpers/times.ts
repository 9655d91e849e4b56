/**
 * How often a random test does what it does: `least` in `npm test`, so many times as often where `TEST_TIMES` says so.
 * Never by the clock: a busy machine takes longer, and proves as much.
 */
export function times(least: number): number {
  const factor = Number(process.env.TEST_TIMES ?? '1');
  if (!(factor >= 1)) throw new Error(`TEST_TIMES takes a number from 1 on, not ${process.env.TEST_TIMES}`);
  return Math.ceil(least * factor);
}
