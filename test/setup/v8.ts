/**
 * The option of Node that makes V8 optimise a function later: after `times` as many runs as by default. V8 compiles optimised
 * code in threads of its own, which take processor time from other tests, and most tests end before that code is used.
 */
export const optimisingAfter = (times: number): string =>
  // V8 of Node 20 counts bytes of code that has run; later versions count calls.
  process.versions.v8.startsWith('11.')
    ? `--interrupt-budget=${67_584 * times}`
    : `--invocation-count-for-turbofan=${3_000 * times}`;
