import { randomBytes } from 'node:crypto';
import { describe, expect, inject } from 'vitest';
import { run, start } from '../helpers/command.ts';
import { test as base } from '../helpers/command-environment.ts';
import { onServer } from '../helpers/server.ts';
import { certificateOf } from '../helpers/tls.ts';
import { openWire } from '../helpers/wire.ts';

interface Role {
  readonly name: string;
  /** The test's database, as this role reaches it. */
  readonly url: string;
  setPassword(password: string): Promise<unknown>;
}

const test = base.extend<{ role: Role }>({
  role: async ({ database }, use) => {
    const { url } = inject('server');
    const name = `role_${randomBytes(6).toString('hex')}`;
    await onServer(url, (client) =>
      client.query(`CREATE ROLE ${name} SUPERUSER LOGIN PASSWORD 'rightXYZ123'`),
    );
    const own = new URL(database.url);
    own.username = name;
    own.password = 'rightXYZ123';
    await use({
      name,
      url: own.href,
      setPassword: (password) =>
        onServer(url, (client) => client.query(`ALTER ROLE ${name} PASSWORD '${password}'`)),
    });
    await onServer(database.url, (client) =>
      client.query(`REASSIGN OWNED BY ${name} TO CURRENT_USER; DROP OWNED BY ${name}`),
    );
    await onServer(url, (client) => client.query(`DROP ROLE ${name}`));
  },
});

const changed = (url: string, change: Partial<URL>) => Object.assign(new URL(url), change).href;

describe('before any connection has worked, what only a person can mend ends a command with 2 and its cause', () => {
  test.for<[string, Partial<URL>, string]>([
    ['a wrong password', { password: 'wrongXYZ123' }, 'password authentication failed'],
    ['no password', { password: '' }, 'password'],
    ['a database that is not there', { pathname: '/none_such' }, '"none_such" does not exist'],
    ['a file that is not there', { search: '?sslrootcert=/none/such.crt' }, '/none/such.crt'],
    ['an unknown mode', { search: '?sslmode=required' }, 'takes as sslmode one of disable'],
    ['a server without TLS', { search: '?sslmode=require' }, 'does not support SSL'],
  ])('%s', async ([, change, cause], { env, role }) => {
    const { status, stderr } = await run(['start'], { ...env, DATABASE_URL: changed(role.url, change) });
    expect([status, stderr]).toEqual([2, expect.stringContaining(cause)]);
    expect(stderr).not.toMatch(/(right|wrong)XYZ123|\n\s+at /);
    const check = await run(['check'], { ...env, DATABASE_URL: changed(role.url, change) });
    expect([check.status, check.stderr]).toEqual([2, expect.stringContaining(cause)]);
  });
});

test('a daemon whose password was changed waits, says so, and goes on once it is changed back', async ({
  env,
  role,
  database,
}) => {
  const running = start(['start'], { ...env, DATABASE_URL: role.url, PYLON_SYNC_RESOURCES: 'tags' });
  await running.until('"pass":"backfill"');
  const url = running.log().find(({ msg }) => msg === 'answering')?.url;
  await role.setPassword('anotherXYZ123');
  await database.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${role.name}'`,
  );
  const refused = 'the database refuses the connection: trying until it works again';
  await running.until(refused);
  expect(running.log().find(({ msg }) => msg === refused)).toMatchObject({
    level: 'error',
    error: { message: expect.stringContaining('password authentication failed') },
  });
  const ready = await fetch(`${url}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([
    503,
    expect.objectContaining({ trouble: expect.stringContaining('password authentication failed') }),
  ]);
  await role.setPassword('rightXYZ123');
  await running.until('"msg":"database ready"', 2);
  running.kill('SIGTERM');
  expect((await running.ended).status).toBe(0);
});

test('a server that is not verified is said to be so, in one line of the log and one of `check`', async ({
  env,
  database,
}) => {
  const wire = await openWire(database.url, certificateOf('server'));
  const unverified = { ...env, DATABASE_URL: `${wire.url}?sslmode=require` };
  const { stdout } = await run(['check'], unverified);
  expect(stdout).toMatch(/^note {3}database: .*not verified.*sslmode=verify-full/m);
  const { status, stderr } = await start(['sync', '--resource', 'tags'], unverified).ended;
  expect(status, stderr).toBe(0);
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.filter(({ msg }) => /not verified/.test(msg))).toEqual([
    expect.objectContaining({ level: 'warn' }),
  ]);
  await wire.close();
});
