import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { boundYoung, collectEarly, type Self, YOUNG } from '../../src/cli/process/heap.ts';
import { starters } from '../helpers/starters.ts';

const ROOT = join(import.meta.dirname, '../..');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pylon-sync-heap-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the young generation is bounded however the program is started', () => {
  test.each(starters())('$name', async ({ name, shell }) => {
    const file = join(folder, `${name}.json`);
    // The program that the run has built.
    expect(shell).toMatch(/(^| )(\.\/)?dist\/main\.js( |$)/);
    const { stdout } = await promisify(execFile)('sh', ['-c', `exec ${shell} --help`], {
      cwd: ROOT,
      env: {
        PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
        NODE_OPTIONS: `--import ${import.meta.resolve('./young.mjs')}`,
        YOUNG_FILE: file,
      },
    });
    expect(stdout).toContain('Usage: pylon-sync');
    const flags = JSON.parse(await readFile(file, 'utf8')) as readonly string[];
    // The bin has no flags of its own, and an older Node no way to take some.
    const isBounded = name !== 'the bin' || 'execve' in process;
    expect(flags.includes(YOUNG)).toBe(isBounded);
  });
});

/** A process as far as `boundYoung` looks at it, and what it was replaced by. */
function processOf(given: Partial<Self>) {
  const replaced: (readonly [string, readonly string[]])[] = [];
  const self: Self = {
    argv: ['/bin/node', '/srv/main.js', 'start', '--x y'],
    execArgv: [],
    execPath: process.execPath,
    env: {},
    connected: false,
    execve: ((file: string, words: readonly string[]) => replaced.push([file, words])) as never,
    ...given,
  };
  boundYoung(self);
  return replaced;
}

describe('a process started without the flag', () => {
  test('is replaced by one with it, its own flags and words kept', () => {
    const { execPath } = process;
    expect(processOf({ execArgv: ['--import', 'x'] })).toEqual([
      [execPath, [execPath, YOUNG, '--import', 'x', '/srv/main.js', 'start', '--x y']],
    ]);
  });

  test.each<[string, Partial<Self>]>([
    ['the flag is there', { execArgv: [YOUNG] }],
    ["somebody's own size is there", { execArgv: ['--max_semi_space_size=16'] }],
    ['the environment has one', { env: { NODE_OPTIONS: '--no-warnings --max-semi-space-size=8' } }],
    ['a parent has a channel to it', { connected: true }],
    ['its program is there no more', { execPath: '/nowhere/node (deleted)' }],
  ])('is left alone where %s', (_, given) => {
    expect(processOf(given)).toEqual([]);
  });

  test('goes on as it is where Node cannot replace a process', () => {
    const { execve: _, ...old } = { ...process, execve: undefined };
    expect(() => boundYoung({ ...old, execArgv: [], env: {}, connected: false } as Self)).not.toThrow();
  });
});

test('a young generation with a bound grows up to it; one without does not grow', async () => {
  const flagsOf = (execArgv: readonly string[]) => {
    const flags: string[] = [];
    collectEarly({ execArgv: [...execArgv], env: {} }, (flag) => flags.push(flag));
    return flags;
  };
  const old = '--heap-growing-percent=50';
  expect(flagsOf([YOUNG])).toEqual([old]);
  expect(flagsOf(['--import', 'x'])).toEqual([old, '--semi-space-growth-factor=1']);

  // Both halves have two megabytes once there was work.
  const script = `
    const { getHeapSpaceStatistics, setFlagsFromString } = require('node:v8');
    for (const flag of ${JSON.stringify(flagsOf([YOUNG]))}) setFlagsFromString(flag);
    let kept = [];
    for (let index = 0; index < 400_000; index += 1) {
      kept.push({ index, list: [index] });
      if (kept.length > 20_000) kept = [];
    }
    const { space_size } = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    process.stdout.write(String(space_size));`;
  const { stdout } = await promisify(execFile)(process.execPath, [YOUNG, '-e', script]);
  expect(Number(stdout)).toBeGreaterThanOrEqual(4 * 1024 * 1024);
});
