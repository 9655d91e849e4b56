import { describe, expect, test } from 'vitest';
import { launch } from '../helpers/command.ts';
import { loadedBy } from '../helpers/loaded.ts';
import { BRISK_COMMAND } from '../setup/program.ts';

/** Nothing listens there: a command has loaded all that it needs by the time it says so. */
const NOWHERE = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' };

/** What answers or asks over HTTP, draws, or schedules: no command that only reads the database needs it. */
const OF_THE_DAEMON = /^(@?hono|undici|prom-client|d3-|@opentelemetry|p-queue)/;

const kilobytes = (bytes: number) => Math.round(bytes / 1_000);

describe('what a start of the program loads', () => {
  test.for([
    [['--version']],
    [['--help']],
    [['sink']],
    [['edits', '--help']],
    [['backfill', '--since', 'soon']],
  ])('%j: the command line alone', async ([words = []]) => {
    const { bytes, packages, fetch } = await loadedBy(words);
    expect(packages).toEqual(['commander']);
    expect(kilobytes(bytes)).toBeGreaterThan(50);
    expect(kilobytes(bytes)).toBeLessThan(200);
    expect(fetch).toBe(false);
  });

  test.for([[['status']], [['edits', 'list']], [['sql', 'SELECT 1']], [['purge', '--record', 'x']]])(
    '%j: what reads the database, without the daemon',
    async ([words = []]) => {
      const { bytes, packages, modules, fetch } = await loadedBy(words, NOWHERE);
      expect(packages).toContain('pg');
      expect(packages.filter((name) => OF_THE_DAEMON.test(name))).toEqual([]);
      expect(modules.filter((path) => /^(sandbox|http|reports)\//.test(path))).toEqual([]);
      expect(kilobytes(bytes)).toBeLessThan(1_500);
      expect(fetch).toBe(false);
    },
  );

  test('start: the daemon without the stand-in, and undici only with the first request', async () => {
    const { packages, modules } = await loadedBy(
      ['start'],
      { ...NOWHERE, PYLON_API_TOKEN: 'a-token', PYLON_SYNC_HTTP: '127.0.0.1:0' },
      'database cannot be used',
    );
    expect(packages).toContain('hono');
    expect(packages).not.toContain('undici');
    expect(modules.filter((path) => path.startsWith('sandbox/'))).toEqual([]);
  });

  test('start without its port: nothing of what that answers with', async () => {
    const { packages, modules, fetch } = await loadedBy(
      ['start'],
      { ...NOWHERE, PYLON_API_TOKEN: 'a-token', PYLON_SYNC_HTTP: 'off' },
      'database cannot be used',
    );
    expect(packages).toContain('pg');
    expect(packages.filter((name) => /^(@?hono|undici|prom-client|d3-|@opentelemetry)/.test(name))).toEqual(
      [],
    );
    expect(modules.filter((path) => /^(sandbox|http|reports)\//.test(path))).toEqual([]);
    expect(fetch).toBe(false);
  });
});

test("the tests' own program runs by the code that the set-up of the run has kept", async () => {
  const { status, stdout, stderr } = await launch(
    ['--version'],
    { TEST_CODE: 'tell' },
    undefined,
    BRISK_COMMAND,
  ).ended;
  expect({ status, stdout, stderr }).toEqual({
    status: 0,
    stdout: '0.0.0\n',
    stderr: 'compiled anew: false\n',
  });
});
