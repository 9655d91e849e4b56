import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished } from 'vitest';
import { loadEnvironment } from '../../src/cli/process/environment.ts';
import { UsageError } from '../../src/errors.ts';
import { start } from '../helpers/command.ts';
import { test } from '../helpers/command-environment.ts';

const SECRET = 'passXYZ123';

/** What becomes of an environment by a file. */
async function loaded(folder: string, text: string | Buffer, env: NodeJS.ProcessEnv = {}) {
  const path = join(folder, '.env');
  await writeFile(path, text);
  try {
    loadEnvironment(path, env);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message.replaceAll(path, '.env').split('\n');
  }
  return env;
}

describe('.env', () => {
  test('is put into the environment, which wins', async ({ folder }) => {
    expect(await loaded(folder, 'A=1\nB=2\nC=3', { A: 'own', B: '' })).toEqual({ A: 'own', B: '', C: '3' });
  });

  test('need not be there', async ({ folder }) => {
    const env = {};
    loadEnvironment(join(folder, 'none'), env);
    expect(env).toEqual({});
  });

  test('names every line that is none of its own', async ({ folder }) => {
    expect(await loaded(folder, `${SECRET}\nA=1\nB="${SECRET}\nA=2`)).toEqual([
      '.env: line 1 takes NAME=value, a comment that begins with #, or nothing',
      expect.stringMatching(/^\.env: line 3, B: takes a value whose quotes/),
      '.env: line 4: A is set in line 2 already',
    ]);
  });

  test('is refused where it is no text, or no file', async ({ folder }) => {
    expect(await loaded(folder, Buffer.from([0x41, 0x3d, 0xe4, 0x0a]))).toEqual([
      expect.stringMatching(/^\.env cannot be read \(.*\): mend it or move it away$/),
    ]);
    await mkdir(join(folder, 'sub'));
    expect(() => loadEnvironment(join(folder, 'sub'), {})).toThrow(/EISDIR.*: mend it or move it away/);
  });

  test.for(['NODE_OPTIONS', 'NODE_USE_ENV_PROXY', 'SSL_CERT_FILE', 'UV_THREADPOOL_SIZE'])(
    'does not set %s without a word: nobody would read it',
    async (name, { folder }) => {
      expect(await loaded(folder, `${name}=x`)).toEqual([
        `.env: ${name} is read before this file is: set it in the environment instead`,
      ]);
      expect(await loaded(folder, `${name}=x`, { [name]: 'own' })).toEqual({ [name]: 'own' });
    },
  );

  test('sets the time zone', async ({ folder }) => {
    await writeFile(join(folder, '.env'), 'TZ=Asia/Kathmandu\n');
    const script = `
      import { loadEnvironment } from '${import.meta.resolve('../../src/cli/process/environment.ts')}';
      new Date(0).getHours();
      loadEnvironment('.env', process.env);
      console.log(new Date(0).getTimezoneOffset(), Intl.DateTimeFormat().resolvedOptions().timeZone);`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', script],
      {
        cwd: folder,
        env: { PATH: process.env.PATH, TZ: undefined },
      },
    );
    expect(stdout).toMatch(/^-330 Asia\/Katmandu\n|^-330 Asia\/Kathmandu\n/);
  });

  test('with a line that cannot be read ends every command with 2', async ({ folder }) => {
    await writeFile(join(folder, '.env'), `PYLON_API_TOKEN ${SECRET}\n`);
    expect(await start(['status'], {}, folder).ended).toEqual({
      status: 2,
      stdout: '',
      stderr: 'pylon-sync: .env: line 1 takes NAME=value, a comment that begins with #, or nothing\n',
    });
  });

  test('names certificates that are trusted, or says why not', async ({ folder, env }) => {
    const file = (name: string) => join(import.meta.dirname, '../fixtures/tls', name);
    const server = createServer(
      { key: await readFile(file('server.key')), cert: await readFile(file('server.crt')) },
      (_, response) => response.end('{"data":{"id":"org","name":"Org"}}'),
    );
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `https://localhost:${(server.address() as AddressInfo).port}`;
    const check = async (certificates: string) => {
      await writeFile(join(folder, '.env'), `NODE_EXTRA_CA_CERTS=${certificates}\n`);
      return start(['check'], { ...env, PYLON_API_URL: url }, folder).ended;
    };
    const right = await check(file('ca.crt'));
    expect([right.status, right.stderr]).toEqual([0, '']);
    expect((await check(file('server.key'))).stderr).toMatch(
      /NODE_EXTRA_CA_CERTS takes .*\(this file has none\)/,
    );
    expect((await check('/nowhere')).stderr).toMatch(/NODE_EXTRA_CA_CERTS takes .*\(ENOENT/);
  });
});

describe('a password that is not in DATABASE_URL', () => {
  const without = (url: string) => {
    const { password } = new URL(url);
    const bare = new URL(url);
    bare.password = '';
    return { password: decodeURIComponent(password), url: bare.href };
  };

  test.for(['PGPASSWORD in .env', 'PGPASSWORD_FILE', 'PGPASSWORD_FILE in .env'])(
    'is found by %s',
    async (where, { folder, env }) => {
      const { password, url } = without(env.DATABASE_URL ?? '');
      const path = join(folder, 'password');
      await writeFile(path, `${password}\n`);
      const line = where.startsWith('PGPASSWORD_FILE')
        ? `PGPASSWORD_FILE=${path}`
        : `PGPASSWORD='${password}'`;
      const inFile = where.endsWith('.env');
      await writeFile(join(folder, '.env'), inFile ? line : '');
      const own = inFile ? {} : { PGPASSWORD_FILE: path };
      const { status, stderr } = await start(['status'], { ...env, DATABASE_URL: url, ...own }, folder).ended;
      expect([status, stderr]).toEqual([0, '']);
    },
  );

  test('and not in its file either is a mistake that is named', async ({ folder, env }) => {
    const own = { DATABASE_URL: without(env.DATABASE_URL ?? '').url, PGPASSWORD_FILE: join(folder, SECRET) };
    expect(await start(['status'], { ...env, ...own }, folder).ended).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'pylon-sync: PGPASSWORD_FILE (its value is not shown): takes the path of a file that holds the secret (ENOENT)\n',
    });
  });
});
