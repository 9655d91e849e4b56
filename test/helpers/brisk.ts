import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Tempo } from '../../src/cli/process/tempo.ts';
import { launch, type Running } from './command.ts';

/** Made of `brisk-main.ts` by the run's set-up (`test/setup/program.ts`). */
const MAIN = fileURLToPath(new URL('../../.brisk/brisk-main.js', import.meta.url));

/**
 * Tenths of what is promised; of the lease a third, so that a busy machine does not keep a heart from beating in time.
 * What ends by itself has longer to do so, for the same reason.
 */
const BRISK: Tempo = {
  ...{ heartbeatMs: 400, expiryMs: 4_000, standbyMs: 100, refusedMs: 700 },
  ...{ warnMs: 10_000, finishMs: 30_000, mostMs: 60_000 },
};

/** Starts a real process of ours that waits less than is promised, which ends with its test. */
export function startBrisk(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  chosen: Partial<Tempo> = {},
): Running {
  const tempo = JSON.stringify({ ...BRISK, ...chosen });
  const launched = launch(words, { ...env, TEST_TEMPO: tempo }, undefined, [process.execPath, MAIN]);
  onTestFinished(async () => void (await launched.stop()));
  return launched;
}
