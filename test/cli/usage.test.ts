import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { run } from '../helpers/command.ts';

const COMMANDS = /start, backfill, .*status, check, alert, migrate, sql, url, sandbox, demo/;
const token = { PYLON_API_TOKEN: 'token-of-a-test' };

describe('wrong usage is one line saying what was given and what is taken, exit status 2', () => {
  test.each<[words: string[], given: string, taken: RegExp]>([
    [['sink'], "unknown command 'sink'", COMMANDS],
    [
      ['backfill', '--resources', 'users'],
      "unknown option '--resources'",
      /--resource <name>, --since <date>/,
    ],
    [['--json'], "unknown option '--json'", COMMANDS],
    [['status', 'users', 'x y'], 'too many arguments: "users" "x y":', /`status` takes --json, --help$/m],
    [['edits', 'show'], "'id'", /`edits show` takes <id>, --json, --help$/m],
    [['edits', 'retry', '--all'], "'--all'", /`edits retry` takes \[id\.\.\.\], --state <state>/],
    [
      ['reconcile', '--resource', 'issues', '--approve', '7'],
      '--approve approves one scan',
      /--resource .*: give one$/m,
    ],
    [['backfill', '--since'], "'--since <date>' argument missing", /--resource <name>/],
    [['backfill', '--resource', 'isues'], '"isues"', /organizations, users, .*audit_logs/],
    [['backfill', '--since', 'yesterday'], '--since "yesterday"', /2025-01-31/],
    [['backfill', '--until', '2025-02-30'], '--until "2025-02-30"', /2025-01-31/],
    [['sandbox', '--port', '65536'], '--port "65536"', /from 0 to 65535/],
    [['sandbox', '--issues', 'many'], '--issues "many"', /from 0 to/],
  ])('%j', async (words, given, taken) => {
    const { status, stdout, stderr } = await run(words, token);
    expect(stderr).toContain(given);
    expect(stderr).toMatch(taken);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  test('a range that ends before it begins', async () => {
    const words = ['backfill', '--since', '2025-02-01', '--until', '2025-01-01'];
    // Before anybody goes for a token.
    const { status, stderr } = await run(words);
    expect([status, stderr]).toEqual([
      2,
      'pylon-sync: --until 2025-01-01T00:00:00Z is not after --since 2025-02-01T00:00:00Z\n',
    ]);
  });

  test('an end before PYLON_SYNC_SINCE', async () => {
    const env = { ...token, PYLON_SYNC_SINCE: '2025-02-01' };
    const { status, stderr } = await run(['backfill', '--until', '2025-01-01'], env);
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining('not after PYLON_SYNC_SINCE 2025-02-01T00:00:00Z'),
    ]);
  });
});

test('every problem of the configuration is named, one line each, exit status 2', async () => {
  const env = { PYLON_SYNC_SCHEDULE: 'often', PYLON_API_URL: 'nowhere', PYLON_RATE_LIMITS: '/no/such.json' };
  const { status, stderr } = await run(['backfill'], env);
  expect(status).toBe(2);
  const lines = stderr.trimEnd().split('\n');
  expect(lines.map((line) => line.split(' ')[1]).sort()).toEqual(
    [...Object.keys(env), 'PYLON_API_TOKEN'].sort(),
  );
});

test.each([['start'], ['backfill']])('%s without a token says where tokens are made', async (command) => {
  const { status, stderr } = await run([command]);
  expect([status, stderr]).toEqual([
    2,
    expect.stringMatching(/PYLON_API_TOKEN is not set: .*Settings → API tokens/),
  ]);
});

test('a sandbox says so when its port is taken, exit status 1', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const { status, stderr } = await run(['sandbox', '--port', String(port)]);
  other.close();
  expect([status, stderr]).toEqual([
    1,
    expect.stringMatching(/^pylon-sync: cannot listen on 127\.0\.0\.1:\d+ \(--port.*EADDRINUSE.*\n$/),
  ]);
});

test.each([
  [[], false],
  [['--traps'], true],
])('sandbox %j serves text that breaks readers: %s', async (words, nasty) => {
  const free = createServer();
  await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  const ending = new AbortController();
  const ended = run(['sandbox', '--port', String(port), ...words], {}, { signal: ending.signal });
  const read = async () => (await fetch(`http://127.0.0.1:${port}/__sandbox/world/issues`)).text();
  await expect.poll(() => read().catch(() => '')).not.toBe('');
  expect((await read()).includes('\\u0000')).toBe(nasty);
  ending.abort();
  expect(await ended).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/ PYLON_API_TOKEN=\S+ pylon-sync backfill\n$/),
  });
});

test('no command at all shows the help on stderr, exit status 2', async () => {
  const { status, stdout, stderr } = await run([]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain('Usage: pylon-sync [options] [command]');
});

test.each([[['--help']], [['backfill', '--help']], [['help', 'status']]])(
  '%j is help, exit status 0',
  async (words) => {
    const { status, stdout, stderr } = await run(words);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('Usage: pylon-sync');
  },
);

test('--version is the version, exit status 0', async () => {
  expect(await run(['--version'])).toEqual({ status: 0, stdout: '1.2.3\n', stderr: '' });
});

describe('a database that cannot be reached is one line, exit status 1', () => {
  const env = { ...token, DATABASE_URL: 'postgres://pylon:passXYZ123@127.0.0.1:1/pylon' };

  test.each([['backfill'], ['migrate'], ['status']])('%s', async (command) => {
    const { status, stdout, stderr } = await run([command], env);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toBe(
      'pylon-sync: cannot use the database at postgres://pylon:***@127.0.0.1:1/pylon: connect ECONNREFUSED 127.0.0.1:1\n',
    );
  });
});

test.each(['status', 'check', 'start'])(
  '%s shows nothing of a password whose / is not encoded, and says what to write',
  async (command) => {
    for (const password of ['/passXYZ123', '12/passXYZ123']) {
      const env = { ...token, PYLON_API_URL: 'http://127.0.0.1:2' };
      const DATABASE_URL = `postgres://pylon:${password}@127.0.0.1:1/pylon`;
      const { status, stdout, stderr } = await run([command], { ...env, DATABASE_URL });
      expect(status).toBe(2);
      expect(stderr).toMatch(/DATABASE_URL \(its value is not shown\): .* a \/ of the user or password %2F/);
      expect(stdout + stderr).not.toContain('XYZ123');
    }
  },
);

test('no message repeats the secret of the webhooks', async () => {
  const secret = 'webhook-secret-XYZ123';
  const { status, stderr } = await run([secret], { PYLON_WEBHOOK_SECRET: secret });
  expect([status, stderr]).toEqual([2, expect.stringContaining("unknown command '***'")]);
});

test('no message repeats a secret that stands in a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pylon-sync-usage-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const secret = 'webhook-secret-XYZ123';
  const path = join(folder, 'secret');
  await writeFile(path, `${secret}\n`);
  const { status, stderr } = await run([secret], { PYLON_WEBHOOK_SECRET_FILE: path });
  expect([status, stderr]).toEqual([2, expect.stringContaining("unknown command '***'")]);
});
