import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { commandOf, identityOf, isRunning } from '../../src/postgres/process.ts';

describe('the identity of a process', () => {
  test('stays the same while it runs and is gone with it', async () => {
    const child = spawn('sleep', ['30']);
    await once(child, 'spawn');
    const identity = await identityOf(child.pid ?? 0);
    expect(identity).toMatch(new RegExp(`^${child.pid} .`));
    expect(await isRunning(identity ?? '')).toBe(true);
    expect(await commandOf(child.pid ?? 0)).toBe('sleep 30');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await identityOf(child.pid ?? 0)).toBeUndefined();
    expect(await isRunning(identity ?? '')).toBe(false);
  });

  test('differs from that of another process with the same pid', async () => {
    expect(await isRunning(`${process.pid} 1`)).toBe(false);
  });

  test('is gone with a process that nobody has reaped', async () => {
    // The shell becomes `sleep 30`, which never waits for the child the shell had.
    const parent = spawn('sh', ['-c', 'sleep 0.05 & echo $!; exec sleep 30']);
    const [text] = await once(parent.stdout, 'data');
    const child = Number.parseInt(String(text), 10);
    await expect.poll(() => identityOf(child)).toBeUndefined();
    // It is there all the same.
    expect(() => process.kill(child, 0)).not.toThrow();
    parent.kill('SIGKILL');
    await once(parent, 'exit');
  });
});
