import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { expect } from 'vitest';
import { withoutPrograms } from '../../src/cli/commands/demo.ts';
import { UsageError } from '../../src/errors.ts';
import { findBinaries } from '../../src/postgres/binaries.ts';
import { identityOf } from '../../src/postgres/process.ts';
import { resources } from '../../src/resources/index.ts';
import { run, start } from '../helpers/command.ts';
import { test } from '../helpers/command-environment.ts';

const isAlive = async (pid: number) => (await identityOf(pid)) !== undefined;

test('demo fills every table, says how to look at them, and leaves nothing behind', async ({ folder }) => {
  const surroundings = {
    PYLON_SYNC_DATA_DIR: folder,
    PYLON_SYNC_HTTP: '127.0.0.1:0',
    // Whatever the folder is set up for, a demo stays away from it.
    DATABASE_URL: 'postgres://x:y@127.0.0.1:1/z',
    PYLON_API_URL: 'http://127.0.0.1:1',
    PYLON_SYNC_RESOURCES: 'users',
  };
  const demo = start(['demo'], surroundings, folder);
  await demo.until('Ctrl-C ends it');
  expect(demo.printed()).toMatch(new RegExp(`Ready: .* in every one of ${resources.length} tables`));
  const url = /^Connect with (postgres:\S+)$/m.exec(demo.printed())?.[1];
  expect(demo.printed()).toContain(`psql '${url}' -c `);
  const itsFolder = { PYLON_SYNC_DATA_DIR: join(folder, `demo-${demo.pid}`) };
  expect(await run(['url'], itsFolder)).toEqual({ status: 0, stdout: `${url}\n`, stderr: '' });

  const page = /^The operator's page: (http:\S+)\/$/m.exec(demo.printed())?.[1];
  expect(demo.printed()).toContain(`Reports, drawn: ${page}/reports`);
  const reports = await fetch(`${page}/reports`);
  expect([reports.status, (await reports.text()).match(/<svg class="chart"/g)?.length]).toEqual([200, 4]);

  // What it invites to type works, letter for letter, and reaches the stand-in.
  const typed = [...demo.printed().matchAll(/^ {2}pylon-sync sql "(.+)"$/gm)].map(
    ([, statement]) => statement ?? '',
  );
  const answers: unknown[] = [];
  for (const statement of typed) answers.push(await run(['sql', statement], { PYLON_SYNC_DATA_DIR: folder }));
  expect(answers).toEqual([
    { status: 0, stdout: expect.stringContaining('(5 rows)'), stderr: '' },
    { status: 0, stdout: 'UPDATE 1\n', stderr: '' },
    { status: 0, stdout: expect.stringMatching(/local-\S+\s*\n\(1 row\)/), stderr: '' },
    { status: 0, stdout: expect.stringMatching(/update [\s\S]*create [\s\S]*\(2 rows\)/), stderr: '' },
  ]);

  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const { name } of resources) {
    const { rows } = await client.query(`SELECT count(*)::integer AS live FROM pylon.${name}`);
    expect(rows[0].live, name).toBeGreaterThan(0);
  }
  const states = async () =>
    (await client.query('SELECT state FROM pylon_sync.edits ORDER BY id')).rows.map(({ state }) => state);
  await expect.poll(states).toEqual(['applied', 'applied']);
  const { rows } = await client.query('SHOW data_directory');
  const postmaster = Number.parseInt(
    await readFile(join(rows[0].data_directory, 'postmaster.pid'), 'utf8'),
    10,
  );
  await client.end();
  expect(await isAlive(postmaster)).toBe(true);

  demo.kill('SIGINT');
  const { status, stderr } = await demo.ended;
  // A slow machine is said to be one.
  const said = stderr
    .split('\n')
    .filter((line) => line !== '' && !line.includes('pass outlasts its schedule'));
  expect([status, said]).toEqual([0, []]);
  expect(demo.printed()).toMatch(/The demo has ended: its Postgres is stopped, and .*demo-\d+ is removed\./);
  expect(await isAlive(postmaster)).toBe(false);
  expect(await readdir(folder)).toEqual([]);
  expect(await run(['url'], itsFolder)).toEqual({
    ...{ status: 1, stdout: '' },
    stderr: expect.stringMatching(/^pylon-sync: no Postgres runs in .*: `pylon-sync start` starts it/),
  });
  expect(await readdir(folder)).toEqual([]);
}, 120_000);

test('demo where no Postgres can be started says what it needs, and names no variable that it leaves alone', async ({
  folder,
}) => {
  const none = await findBinaries({ given: folder, path: '', account: undefined, major: undefined }).catch(
    (error: unknown) => error,
  );
  const said = withoutPrograms(none) as Error;
  expect(said).toBeInstanceOf(UsageError);
  expect(said.message).toMatch(
    /^demo brings a Postgres of its own .*The image leaves it out: run `npm ci && /,
  );
  expect(said.message).not.toContain('DATABASE_URL');
  const other = new UsageError('something else');
  expect(withoutPrograms(other)).toBe(other);
});

test('url says that DATABASE_URL is how to connect, where that is set', async () => {
  const { status, stderr } = await run(['url'], { DATABASE_URL: 'postgres://x:y@127.0.0.1:1/z' });
  expect([status, stderr]).toEqual([
    2,
    expect.stringContaining('DATABASE_URL is set: that is how to connect'),
  ]);
});

test('demo sweeps what a killed one left', async ({ folder }) => {
  const env = { PYLON_SYNC_DATA_DIR: folder, PYLON_SYNC_HTTP: 'off' };
  const killed = start(['demo'], env, folder);
  const pidFile = join(folder, `demo-${killed.pid}`, 'postgres', 'data', 'postmaster.pid');
  const readPid = async () => Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10);
  await expect.poll(readPid).toBeGreaterThan(0);
  const postmaster = await readPid();
  killed.kill('SIGKILL');
  await killed.ended;
  expect(await isAlive(postmaster)).toBe(true);

  const next = start(['demo'], env, folder);
  await next.until('Starting a Pylon stand-in');
  expect(await isAlive(postmaster)).toBe(false);
  next.kill('SIGTERM');
  expect((await next.ended).status).toBe(0);
  expect(await readdir(folder)).toEqual([]);
}, 120_000);
