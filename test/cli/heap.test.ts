import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { boundMemory, collectEarly, type Self, TRIM, YOUNG } from '../../src/cli/process/heap.ts';
import { starters } from '../helpers/starters.ts';

const ROOT = join(import.meta.dirname, '../..');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pylon-sync-heap-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the young generation, and the freed memory that is kept, are bounded however the program is started', () => {
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
    const { flags, trim, inherited } = JSON.parse(await readFile(file, 'utf8'));
    // The bin has no flags of its own, and an older Node no way to take some.
    const isBounded = name !== 'the bin' || 'execve' in process;
    expect(flags.includes(YOUNG)).toBe(isBounded);
    // npm runs its scripts on Windows too, where no word before a program sets a variable.
    const isTrimmed = shell.includes(`${TRIM.name}=${TRIM.value}`) || 'execve' in process;
    expect(trim).toBe(isTrimmed && process.platform === 'linux' ? TRIM.value : undefined);
    // It is none of the embedded server's.
    expect(inherited).toBeUndefined();
  });
});

/** A process as far as `boundMemory` looks at it, and what it was replaced by. */
function processOf(given: Partial<Self>) {
  const replaced: (readonly [string, readonly string[], NodeJS.ProcessEnv])[] = [];
  const self: Self = {
    argv: ['/bin/node', '/srv/main.js', 'start', '--x y'],
    execArgv: [],
    execPath: process.execPath,
    env: {},
    connected: false,
    platform: 'linux',
    execve: ((file: string, words: readonly string[], env: NodeJS.ProcessEnv) =>
      replaced.push([file, words, env])) as never,
    ...given,
  };
  boundMemory(self);
  return replaced;
}

const TRIMMED = { [TRIM.name]: TRIM.value };

describe('a process started without a bound', () => {
  const { execPath } = process;
  const program = ['/srv/main.js', 'start', '--x y'];

  test('is replaced by one with both, its own flags, words and variables kept', () => {
    // A number of arenas is no bound.
    const env = { A: '1', MALLOC_ARENA_MAX: '2', GLIBC_TUNABLES: 'glibc.malloc.arena_max=2' };
    expect(processOf({ execArgv: ['--import', 'x'], env })).toEqual([
      [execPath, [execPath, YOUNG, '--import', 'x', ...program], { ...env, ...TRIMMED }],
    ]);
  });

  test.each<[string, Partial<Self>, readonly string[]]>([
    ['the flag', { execArgv: [YOUNG] }, [YOUNG]],
    ["somebody's own size", { execArgv: ['--max_semi_space_size=16'] }, ['--max_semi_space_size=16']],
    ['a size in the environment', { env: { NODE_OPTIONS: '--no-warnings --max-semi-space-size=8' } }, []],
  ])('keeps %s, and is given the bound of malloc', (_, given, flags) => {
    expect(processOf(given)).toEqual([
      [execPath, [execPath, ...flags, ...program], { ...given.env, ...TRIMMED }],
    ]);
  });

  test.each<[string, Partial<Self>]>([
    ["malloc's variable", { env: TRIMMED }],
    ["somebody's own settings of malloc", { env: { MALLOC_MMAP_THRESHOLD_: '65536' } }],
    ['tunables of malloc', { env: { GLIBC_TUNABLES: 'glibc.malloc.trim_threshold=1' } }],
    ['a system without glibc', { platform: 'darwin' }],
  ])('keeps %s, and is given the flag', (_, given) => {
    expect(processOf(given)).toEqual([[execPath, [execPath, YOUNG, ...program], given.env ?? {}]]);
    expect(processOf({ ...given, execArgv: [YOUNG] })).toEqual([]);
  });

  test.each<[string, Partial<Self>]>([
    ['a parent has a channel to it', { connected: true }],
    ['its program is there no more', { execPath: '/nowhere/node (deleted)' }],
  ])('is left alone where %s', (_, given) => {
    expect(processOf(given)).toEqual([]);
  });

  test('goes on as it is where Node cannot replace a process', () => {
    const { execve: _, ...old } = { ...process, execve: undefined };
    expect(() => boundMemory({ ...old, execArgv: [], env: {}, connected: false } as Self)).not.toThrow();
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
