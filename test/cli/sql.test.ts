import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect } from 'vitest';
import { runCommandLine } from '../../src/cli/run.ts';
import { run } from '../helpers/command.ts';
import { test } from '../helpers/database.ts';

/** Runs `sql` with an input, a terminal's or a pipe's; what it printed on both streams, in order. */
async function typed(url: string, input: string, isTTY: boolean) {
  const stdin = Object.assign(new PassThrough(), { isTTY });
  const output = new PassThrough();
  const printed = text(output);
  stdin.end(input);
  const stream = output as unknown as NodeJS.WriteStream;
  const status = await runCommandLine(['sql'], {
    ...{ env: { DATABASE_URL: url }, stdin, stdout: stream, stderr: stream, version: '1.2.3' },
    signal: new AbortController().signal,
  });
  output.end();
  return { status, printed: await printed };
}

describe('sql', () => {
  test('runs the statements given, in one transaction, and shows values as Postgres writes them', async ({
    database,
  }) => {
    const env = { DATABASE_URL: database.url };
    const made = await run(
      ['sql', 'CREATE TABLE t (n bigint); INSERT INTO t VALUES (9007199254740993)'],
      env,
    );
    expect(made).toEqual({ status: 0, stdout: 'CREATE\nINSERT 1\n', stderr: '' });
    const { stdout } = await run(['sql', 'SELECT n, NULL AS none, true AS yes FROM t'], env);
    expect(stdout).toMatch(/9007199254740993 .*t\s*\n\(1 row\)\n$/);
    const failed = await run(['sql', 'DELETE FROM t; SELECT 1/0'], env);
    expect(failed).toEqual({ status: 1, stdout: '', stderr: 'ERROR:  division by zero\n' });
    expect((await run(['sql', 'SELECT count(*) FROM t'], env)).stdout).toMatch(/\n\s*1 ?\n/);
  });

  test('shows what the server says beside its answers', async ({ database }) => {
    const notice = "DO $$ BEGIN RAISE NOTICE 'look' USING HINT = 'there'; END $$";
    expect(await run(['sql', notice], { DATABASE_URL: database.url })).toEqual({
      ...{ status: 0, stdout: 'DO\n' },
      stderr: 'NOTICE:  look\nHINT:  there\n',
    });
  });

  test('prints the data of COPY TO STDOUT and nothing else, and does not wait for that of FROM STDIN', async ({
    database,
  }) => {
    const env = { DATABASE_URL: database.url };
    const query = "SELECT n, 'a,' || n AS text FROM generate_series(1, 2) AS n";
    expect(await run(['sql', `COPY (${query}) TO STDOUT CSV HEADER`], env)).toEqual({
      ...{ status: 0, stderr: '' },
      stdout: 'n,text\n1,"a,1"\n2,"a,2"\n',
    });
    expect(await run(['sql', `COPY (${query} LIMIT 0) TO STDOUT; SELECT 7 AS seven`], env)).toEqual({
      ...{ status: 0, stderr: '' },
      stdout: expect.stringMatching(/^seven\n[^\n]*\n +7\n\(1 row\)\n$/),
    });
    expect(await run(['sql', 'CREATE TEMP TABLE t (n int); COPY t FROM STDIN; SELECT 1'], env)).toEqual({
      ...{ status: 1, stdout: '' },
      stderr: expect.stringMatching(
        /^ERROR: {2}COPY … FROM STDIN takes data .*\nHINT: {2}psql sends it: \\copy /,
      ),
    });
  });

  test('takes a script from a pipe, and ends with 1 where a statement fails', async ({ database }) => {
    expect(await typed(database.url, "SELECT 1 AS one;\nSELECT 'a;b' AS two;\n", false)).toEqual({
      status: 0,
      printed: expect.stringMatching(/one[\s\S]*two[\s\S]*a;b/),
    });
    expect(await typed(database.url, 'SELEC 1', false)).toEqual({
      status: 1,
      printed: expect.stringContaining('ERROR:  syntax error at or near "SELEC"'),
    });
    expect(await typed(database.url, '', false)).toEqual({ status: 0, printed: '' });
  });

  test('prompts on a terminal: statements of several lines, an error that ends nothing, and a way out', async ({
    database,
  }) => {
    const lines = [
      'SELECT',
      "  'x;y' AS first;",
      'SELECT nothing;',
      'SELECT 2 AS last;',
      '\\q',
      'SELECT 3 AS after;',
    ];
    const { status, printed } = await typed(database.url, `${lines.join('\n')}\n`, true);
    expect(status).toBe(0);
    expect(printed).toMatch(/x;y[\s\S]*ERROR: {2}column "nothing" does not exist[\s\S]*last/);
    expect(printed).not.toContain('(1 row)\nafter');
  });

  test('ends what it runs when the command is stopped', async ({ database }) => {
    const stop = new AbortController();
    const ended = run(
      ['sql', 'SELECT pg_sleep(600)'],
      { DATABASE_URL: database.url },
      { signal: stop.signal },
    );
    const running = async () =>
      (
        await database.pool.query(
          "SELECT count(*)::integer AS n FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)'",
        )
      ).rows[0].n;
    await expect.poll(running).toBe(1);
    stop.abort(new Error('stopped'));
    expect(await ended).toMatchObject({ stdout: '', stderr: expect.stringContaining('stopped') });
  });

  test('says where it looked when there is no database', async () => {
    const { status, stderr } = await run(['sql', 'SELECT 1'], { PYLON_SYNC_DATA_DIR: '/nonexistent' });
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining('no Postgres runs in /nonexistent: set DATABASE_URL'),
    ]);
  });
});
