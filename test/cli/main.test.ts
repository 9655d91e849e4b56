import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { COMMAND, start } from '../helpers/command.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pylon-sync-main-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the process', () => {
  test('ends with the status of its command', async () => {
    const [version, wrong] = await Promise.all([start(['--version']).ended, start(['sink']).ended]);
    expect(version).toEqual({ status: 0, stdout: `${packageJson.version}\n`, stderr: '' });
    expect(wrong).toMatchObject({ status: 2, stdout: '' });
  });

  test('reads .env in its folder, and the environment wins over it', async () => {
    await writeFile(join(folder, '.env'), 'LOG_LEVEL=loud\nLOG_FORMAT="xml" # of the file\n');
    const { status, stderr } = await start(['status'], { LOG_FORMAT: 'yaml' }, folder).ended;
    expect(status).toBe(2);
    expect(stderr).toContain('LOG_LEVEL is "loud"');
    expect(stderr).toContain('LOG_FORMAT is "yaml"');
  });

  test('does not mind that nobody reads its output', async () => {
    const [node, ...args] = COMMAND;
    const script = `"${node}" "${args.join('" "')}" --help | true; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script]);
    expect([stdout, stderr]).toEqual(['0\n', '']);
  });

  test('says so when its result cannot be written, and ends with 1', async () => {
    const [node, ...args] = COMMAND;
    const script = `"${node}" "${args.join('" "')}" --help > /dev/full; echo "$?"`;
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script]);
    expect([stdout, stderr]).toEqual([
      '1\n',
      expect.stringMatching(/^pylon-sync: the output cannot be written: ENOSPC.*\n$/),
    ]);
  });

  test('ends a sandbox cleanly on SIGTERM', async () => {
    const sandbox = start(['sandbox', '--port', '0', '--issues', '5']);
    await sandbox.until('until Ctrl-C');
    sandbox.kill('SIGTERM');
    const { status, stderr } = await sandbox.ended;
    expect([status, stderr]).toEqual([0, '']);
  });
});
