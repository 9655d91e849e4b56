/**
 * The option by which V8 optimises what has run so many times as often as it asks for by itself. It optimises beside the program,
 * on the processor of another test, what most tests are through with before it is ready.
 */
export const optimisingAfter = (times: number): string =>
  // Node 20's counts bytes of what has run, later ones count calls.
  process.versions.v8.startsWith('11.')
    ? `--interrupt-budget=${67_584 * times}`
    : `--invocation-count-for-turbofan=${3_000 * times}`;
