import type { Tempo } from '../../src/cli/process/tempo.ts';
import { BRISK_COMMAND } from '../setup/program.ts';
import { type Launched, launch } from './command.ts';

/**
 * Tenths of what is promised; of the lease a third, so that a busy machine does not keep a heart from beating in time.
 * What ends by itself has longer to do so, for the same reason; requests have the time that is promised.
 */
export const BRISK: Tempo = {
  ...{ heartbeatMs: 400, expiryMs: 4_000, standbyMs: 100, retryMs: 50, refusedMs: 700, heardMs: 500 },
  ...{ requestMs: 60_000 },
  ...{ warnMs: 10_000, finishMs: 30_000, mostMs: 60_000 },
};

/** What is to be in the environment of one. */
export const briskly = (chosen: Partial<Tempo> = {}): Readonly<Record<string, string>> => ({
  TEST_TEMPO: JSON.stringify({ ...BRISK, ...chosen }),
});

/** Starts a real process of ours that waits less than is promised, which its starter ends. */
export const launchBrisk = (
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  chosen: Partial<Tempo> = {},
): Launched => launch(words, { ...env, ...briskly(chosen) }, undefined, BRISK_COMMAND);
