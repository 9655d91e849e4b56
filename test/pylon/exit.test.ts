import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('a used budget, a pause and kept connections do not keep a process alive', async () => {
  const script = new URL('exit.ts', import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script], {
    timeout: 20_000,
  });
  expect(stdout).toBe('idle, 3,1 used\n');
});
