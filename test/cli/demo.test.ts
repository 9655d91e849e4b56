import { exec } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { drawStart, withoutPrograms } from '../../src/cli/work/demo.ts';
import { UsageError } from '../../src/errors.ts';
import { findBinaries } from '../../src/postgres/binaries.ts';
import { identityOf } from '../../src/postgres/process.ts';
import { resources } from '../../src/resources/index.ts';
import { newProgress } from '../../src/sync/pass/progress.ts';
import { type Launched, launch, run, start } from '../helpers/command.ts';
import { test } from '../helpers/command-environment.ts';
import { TOO_SLOW } from '../helpers/daemon-workspace.ts';
import { DOCUMENTS, examplesOf, inlineCodeOf, isOurs } from '../helpers/examples.ts';

const ROOT = join(import.meta.dirname, '../..');

const isEdit = (text: string) =>
  /^(UPDATE|INSERT|DELETE|SELECT pylon_sync\.undo)\b|^(WITH\b[\s\S]*)?SELECT pylon\.\w+\(/.test(text);

/**
 * Runs statements that would change the database's make, and takes them back. The daemon works beside: a lock that it has in
 * the way is waited for less long than it takes Postgres to find a deadlock.
 */
const rehearse = (client: pg.Client, text: string) =>
  expect
    .poll(async () => {
      await client.query("BEGIN; SET LOCAL lock_timeout = '300ms'");
      try {
        await client.query(text);
        return 'done';
      } catch (error) {
        return (error as Error).message;
      } finally {
        await client.query('ROLLBACK');
      }
    })
    .toBe('done');

const isAlive = async (pid: number) => (await identityOf(pid)) !== undefined;

/** Every command heeds these alone, whatever the folder is set up for. */
const surroundings = (folder: string) => ({
  PYLON_SYNC_DATA_DIR: folder,
  PYLON_SYNC_HTTP: '127.0.0.1:0',
  // A demo stays away from what these name.
  DATABASE_URL: 'postgres://x:y@127.0.0.1:1/z',
  PYLON_API_URL: 'http://127.0.0.1:1',
  PYLON_SYNC_RESOURCES: 'users',
});

/** One demo for the tests that look at it, in their order; the last one ends it. */
describe('demo', () => {
  let folder: string;
  let demo: Launched;
  let url: string;
  let client: pg.Client;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pylon-sync-demo-'));
    demo = launch(['demo'], surroundings(folder), folder);
    await demo.until('Ctrl-C ends it');
    url = /^Connect with (postgres:\S+)$/m.exec(demo.printed())?.[1] ?? '';
    client = new pg.Client({ connectionString: url });
    await client.connect();
  });

  afterAll(async () => {
    await client?.end().catch(() => {});
    await demo?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const states = async () =>
    (await client.query('SELECT DISTINCT state FROM pylon_sync.edits')).rows.map(({ state }) => state);

  test('fills every table, and says how to look at them', async () => {
    expect(demo.printed()).toMatch(new RegExp(`Ready: .* in every one of ${resources.length} tables`));
    expect(demo.printed()).toContain(`psql '${url}' -c `);
    const itsFolder = { PYLON_SYNC_DATA_DIR: join(folder, `demo-${demo.pid}`) };
    for (const env of [itsFolder, { PYLON_SYNC_DATA_DIR: folder }])
      expect(await run(['url'], env)).toEqual({ status: 0, stdout: `${url}\n`, stderr: '' });
    // What only looks at a database does not start one beside it.
    for (const words of [['status'], ['edits', 'list']])
      expect(await run(words, { PYLON_SYNC_DATA_DIR: folder })).toEqual({
        ...{ status: 1, stdout: '' },
        stderr: `pylon-sync: no Postgres has been started in ${folder}: the demo runs here: DATABASE_URL=$(pylon-sync url) uses its database\n`,
      });
    expect(await readdir(folder)).toEqual([`demo-${demo.pid}`]);
    for (const { name } of resources) {
      const { rows } = await client.query(`SELECT count(*)::integer AS live FROM pylon.${name}`);
      expect(rows[0].live, name).toBeGreaterThan(0);
    }
    const page = /^The operator's page: (http:\S+)\/$/m.exec(demo.printed())?.[1];
    expect(demo.printed()).toContain(`Reports, drawn: ${page}/reports`);
    const reports = await fetch(`${page}/reports`);
    expect([reports.status, (await reports.text()).match(/<svg class="chart"/g)?.length]).toEqual([200, 4]);
  });

  test('invites to what works, letter for letter, and reaches the stand-in', async () => {
    const typed = [...demo.printed().matchAll(/^ {2}node \S+\/dist\/main\.js sql "(.+)"$/gm)].map(
      ([, statement]) => statement ?? '',
    );
    const answers: unknown[] = [];
    for (const statement of typed)
      answers.push(await run(['sql', statement], { PYLON_SYNC_DATA_DIR: folder }));
    expect(answers).toEqual([
      { status: 0, stdout: expect.stringContaining('(5 rows)'), stderr: '' },
      { status: 0, stdout: 'UPDATE 1\n', stderr: '' },
      { status: 0, stdout: expect.stringMatching(/local-\S+\s*\n\(1 row\)/), stderr: '' },
      { status: 0, stdout: expect.stringMatching(/update [\s\S]*create [\s\S]*\(2 rows\)/), stderr: '' },
    ]);
    await expect.poll(states).toEqual(['applied']);
  });

  // First what changes something: the history, which others show, begins with it.
  const examples = DOCUMENTS.flatMap(examplesOf).sort(
    (one, other) => Number(isEdit(other.text)) - Number(isEdit(one.text)),
  );
  const runnable = examples.filter(
    (example) =>
      example.leftOut === undefined &&
      (example.language === 'sql' || (example.language === 'sh' && isOurs(example))),
  );

  const inRole = async (role: string, text: string) => {
    await client.query(`SET ROLE ${role}`);
    return client.query(text).finally(() => client.query('RESET ROLE'));
  };

  test.for(runnable)('$at runs in it', async ({ language, text, mayBeEmpty }) => {
    if (language === 'sh') {
      const running = promisify(exec)(text, {
        cwd: ROOT,
        env: { PATH: process.env.PATH, PYLON_SYNC_DATA_DIR: folder },
      });
      running.child.stdin?.end();
      const { stdout, stderr } = await running;
      expect([stdout, stderr]).toEqual([expect.stringMatching(/\(\d+ rows\)/), '']);
    } else if (isEdit(text)) {
      const results = [await inRole('pylon_editor', text)].flat();
      expect(results.map(({ rowCount }) => rowCount)).not.toContain(0);
      await expect.poll(states).toEqual(['applied']);
    } else if (/^SELECT\b/.test(text)) {
      const { rowCount } = await inRole(
        /pylon_sync\.edits/.test(text) ? 'pylon_editor' : 'pylon_reader',
        text,
      );
      if (mayBeEmpty === undefined) expect(rowCount).toBeGreaterThan(0);
    } else await rehearse(client, text);
  });

  test('knows each query within a line of a document', async () => {
    const queries = DOCUMENTS.flatMap(inlineCodeOf).filter((code) => /^(SELECT|ALTER) [^…]+$/.test(code));
    expect(queries.length).toBeGreaterThan(5);
    for (const query of queries)
      if (query.startsWith('SELECT')) await client.query(`EXPLAIN ${query}`);
      else await rehearse(client, query);
  });

  test('leaves nothing behind, and says so', async () => {
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
    const said = stderr.split('\n').filter((line) => line !== '' && !TOO_SLOW.test(line));
    expect([status, said]).toEqual([0, []]);
    expect(demo.printed()).toMatch(
      /The demo has ended: its Postgres is stopped, and .*demo-\d+ is removed\./,
    );
    expect(await isAlive(postmaster)).toBe(false);
    expect(await readdir(folder)).toEqual([]);
    const itsFolder = { PYLON_SYNC_DATA_DIR: join(folder, `demo-${demo.pid}`) };
    expect(await run(['url'], itsFolder)).toEqual({
      ...{ status: 1, stdout: '' },
      stderr: expect.stringMatching(/^pylon-sync: no Postgres runs in .*: `pylon-sync start` or /),
    });
    expect(await readdir(folder)).toEqual([]);
  });
});

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

test('demo shows on a terminal that something moves, from its beginning on', () => {
  const seen = new Map<string, ReturnType<typeof newProgress>>();
  const drawnAt = (now: number) => {
    const canvas = { columns: 80, rows: 40, paint: (_: unknown, text: string) => text, now };
    return drawStart(resources, seen, 1_000, canvas);
  };
  expect([drawnAt(1_000), drawnAt(3_000)]).toEqual(['The Postgres starts … 0s', 'The Postgres starts … 2s']);
  seen.set('issues', { ...newProgress('issues', 'GET /issues'), state: 'running', read: 120 });
  expect(drawnAt(4_000)).toMatch(/▸ issues +120 rows/);
  expect(drawnAt(4_000)).toContain(`of ${resources.length} resources`);
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
