import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Runs the crash tests of `npm test` with more kills each; whether all passed. */
export async function runCrashTests(kills: number, seed: number): Promise<boolean> {
  const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', 'crash'], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, TEST_KILLS: String(kills), TEST_SEED: String(seed) },
  });
  const [status] = await once(child, 'exit');
  return status === 0;
}
