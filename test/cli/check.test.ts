import { describe, expect, inject } from 'vitest';
import { resources } from '../../src/resources/index.ts';
import { run } from '../helpers/command.ts';
import { test } from '../helpers/command-environment.ts';
import { createDatabase } from '../helpers/database.ts';
import { onServer } from '../helpers/server.ts';

const WRONG_TOKEN = 'wrong-token-XYZ123';

describe('check', () => {
  test('finds nothing wrong where nothing is', async ({ env }) => {
    const { status, stdout, stderr } = await run(['check'], env);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(
      /^ok {5}configuration: .*\nok {5}network: http.* directly: reached at 127\.0\.0\.1:\d+\nok {5}token: workspace ".+" \(.+\) at http.*\n/,
    );
    // Other mirrors of the same server have the same roles.
    expect(stdout).toMatch(
      /ok {5}database: Postgres \d\d at .*\nok {5}migrations: all applied\n(ok {5}resource .*\n)+(note {3}.*\n)*$/,
    );
  });

  test('says of each resource whether it can be read, and which changes are sent', async ({
    env,
    sandbox,
  }) => {
    sandbox.faults.add({ endpoint: 'GET /audit-logs', kind: '403', times: 5 });
    const { status, stdout } = await run(['check'], { ...env, PYLON_SYNC_ALLOW: 'update,message' });
    expect(status).toBe(0);
    const said = new Map(
      [...stdout.matchAll(/^(ok|note) +resource (\w+): (.*)$/gm)].map(([, , name, what]) => [name, what]),
    );
    expect([...said.keys()].toSorted()).toEqual(resources.map(({ name }) => name).toSorted());
    expect(said.get('users')).toBe('can be read; PYLON_SYNC_ALLOW lets update be sent');
    expect(said.get('issues')).toBe(
      'can be read; PYLON_SYNC_ALLOW lets update, message be sent, not create, delete, import',
    );
    expect(said.get('issue_statuses')).toBe('can be read; nothing can be changed');
    expect(said.get('teams')).toBe('can be read; PYLON_SYNC_ALLOW lets update be sent, not create');
    expect(said.get('audit_logs')).toMatch(
      /^cannot be read \(GET \/audit-logs: 403 .*\); nothing can be changed$/,
    );
    const unreadable = [...said].filter(([, what]) => !what?.startsWith('can be read')).map(([name]) => name);
    expect(unreadable).toEqual(['audit_logs']);
  });

  test('names a token and an address of two regions, and asks neither', async ({ env }) => {
    const { status, stdout, stderr } = await run(['check'], {
      ...env,
      ...{ PYLON_API_TOKEN: 'pylon_api_eu_XYZ123', PYLON_API_URL: 'https://api.usepylon.com/' },
    });
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^wrong {2}PYLON_API_URL is "https:\/\/api\.usepylon\.com\/": PYLON_API_TOKEN begins with pylon_api_eu_ and works at https:\/\/api\.eu\.usepylon\.com alone.*$/m,
    );
    expect(stdout + stderr).not.toMatch(/XYZ123|network:|token:/);
  });

  test('names a table whose row security is forced on its owner', async ({ env }) => {
    const database = await createDatabase({ migrated: false });
    const owner = `${database.name}_owner`;
    const url = new URL(database.url);
    url.username = owner;
    url.password = 'secret';
    const own = { ...env, DATABASE_URL: url.href };
    try {
      await database.pool.query(
        `CREATE ROLE ${owner} LOGIN PASSWORD 'secret'; GRANT CREATE ON DATABASE ${database.name} TO ${owner}`,
      );
      expect(await run(['migrate'], own)).toMatchObject({ status: 0 });
      // Security of rows that does not hold for the owner is nobody's trouble.
      await database.pool.query('ALTER TABLE pylon.issues ENABLE ROW LEVEL SECURITY');
      expect(await run(['check'], own)).toMatchObject({ status: 0, stderr: '' });
      await database.pool.query('ALTER TABLE pylon.issues FORCE ROW LEVEL SECURITY');
      expect(await run(['check'], own)).toMatchObject({
        status: 2,
        stderr: expect.stringMatching(
          /^wrong {2}row security: .* pylon\.issues .*: ALTER TABLE pylon\.issues NO FORCE ROW LEVEL SECURITY$/m,
        ),
      });
    } finally {
      await database.drop();
      await onServer(inject('server').url, (client) => client.query(`DROP ROLE IF EXISTS ${owner}`));
    }
  });

  test.for(['check', 'migrate', 'start'])(
    '%s refuses a database that stores texts in another encoding',
    async (command, { env }) => {
      const name = `pylon_sync_test_${process.pid}_ascii_${command}`;
      const { url } = inject('server');
      const DATABASE_URL = Object.assign(new URL(url), { pathname: `/${name}` }).href;
      await onServer(url, async (client) => {
        const { rows } = await client.query(
          "SELECT current_setting('server_version_num')::integer AS version",
        );
        const provider = rows[0].version < 150_000 ? '' : 'LOCALE_PROVIDER libc';
        await client.query(
          `CREATE DATABASE ${name} ENCODING 'SQL_ASCII' ${provider} LOCALE 'C' TEMPLATE template0`,
        );
      });
      try {
        const { status, stderr } = await run([command], { ...env, DATABASE_URL });
        expect([status, stderr]).toEqual([
          2,
          expect.stringMatching(/its encoding is SQL_ASCII, and has to be UTF8: CREATE DATABASE/),
        ]);
      } finally {
        await onServer(url, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
      }
    },
  );

  test('names tables that another owns, and a limit of connections that a daemon exceeds', async ({
    env,
  }) => {
    const database = await createDatabase();
    const other = `${database.name}_other`;
    const own = Object.assign(new URL(database.url), { username: other, password: 'secret' }).href;
    try {
      await database.pool.query(
        `CREATE ROLE ${other} LOGIN PASSWORD 'secret' CONNECTION LIMIT 6;
         GRANT USAGE ON SCHEMA pylon, pylon_sync, pylon_bi TO ${other};
         GRANT ALL ON ALL TABLES IN SCHEMA pylon, pylon_sync, pylon_bi TO ${other}`,
      );
      const { status, stderr } = await run(['check'], { ...env, DATABASE_URL: own });
      expect(status).toBe(2);
      expect(stderr).toMatch(
        new RegExp(
          `^wrong  owner: \\d+ tables, pylon\\..* belong to \\w+, and .*, ${other}, may not migrate`,
          'm',
        ),
      );
      expect(stderr).toMatch(
        /^wrong {2}database: CONNECTION LIMIT allows this database user 6 connections: .* 15$/m,
      );
    } finally {
      await database.pool.query(`DROP OWNED BY ${other}; DROP ROLE ${other}`);
      await database.drop();
    }
  });

  test('says where no notification arrives, as behind a transaction pooler', async ({ env }) => {
    const elsewhere = await createDatabase();
    await elsewhere.pool.query('SELECT 1');
    const deaf = { ...env, DATABASE_LISTEN_URL: elsewhere.url };
    const { status, stdout } = await run(['check'], deaf, { tempo: { heardMs: 300 } });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^note {3}database: no notification arrives, .*DATABASE_LISTEN_URL/m);
    await elsewhere.drop();
  });

  test('says what Pylon said of a wrong token, and where tokens are made', async ({ env, sandbox }) => {
    const { status, stdout, stderr } = await run(['check'], { ...env, PYLON_API_TOKEN: WRONG_TOKEN });
    expect(status).toBe(2);
    expect(stderr).toContain('wrong  token: GET /me: 401 invalid_api_token');
    expect(stderr).toContain(`${sandbox.url} refuses PYLON_API_TOKEN`);
    expect(stderr).toMatch(
      /Settings → API tokens.*https:\/\/api\.usepylon\.com.*https:\/\/api\.eu\.usepylon\.com/,
    );
    expect(stdout).toContain('ok     database');
    expect(stdout + stderr).not.toContain(WRONG_TOKEN);
  });

  test('names every problem at once', async ({ env }) => {
    const { status, stderr } = await run(['check'], {
      ...env,
      PYLON_API_TOKEN: WRONG_TOKEN,
      PYLON_SYNC_SCHEDULE: 'often',
      LOG_LEVEL: 'loud',
      DATABASE_URL: 'postgres://pylon:passXYZ123@127.0.0.1:1/pylon',
    });
    const lines = stderr.trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ')[2])).toEqual([
      'PYLON_SYNC_SCHEDULE',
      'LOG_LEVEL',
      'token:',
      'database:',
    ]);
    expect(status).toBe(2);
    expect(stderr).not.toContain('XYZ123');
  });

  test('ends with 1 when something only could not be reached', async ({ env }) => {
    const away = await run(['check'], { ...env, PYLON_API_URL: 'http://127.0.0.1:2' });
    expect([away.status, away.stderr]).toEqual([
      1,
      expect.stringMatching(/^wrong {2}token: GET \/me: .*ECONNREFUSED/),
    ]);
    const gone = await run(['check'], { ...env, DATABASE_URL: 'postgres://x:y@127.0.0.1:1/z' });
    expect([gone.status, gone.stderr]).toEqual([
      1,
      expect.stringMatching(/^wrong {2}database: .*ECONNREFUSED/),
    ]);
  });

  test('does not wait where Pylon asks to come again much later', async ({ env, sandbox }) => {
    sandbox.faults.add({ endpoint: 'GET /me', kind: '429', retryAfter: 86_400 });
    const { status, stderr } = await run(['check'], env);
    expect([status, stderr]).toEqual([
      1,
      'wrong  token: GET /me: Pylon answers 429 and asks to wait for 1d 00h\n',
    ]);
  });

  test('counts the migrations that wait', async ({ env }) => {
    const empty = await createDatabase({ migrated: false });
    try {
      const { status, stdout } = await run(['check'], { ...env, DATABASE_URL: empty.url });
      expect([status, stdout]).toEqual([
        0,
        expect.stringMatching(/ok {5}migrations: \d+ migrations? to apply/),
      ]);
    } finally {
      await empty.drop();
    }
  });

  test('names another mirror of the server, whose roles are the same, and a collation that has changed', async ({
    env,
    database,
  }) => {
    const other = await createDatabase();
    try {
      await database.pool.query(`
        CREATE COLLATION public.names (provider = icu, locale = 'de');
        CREATE INDEX by_name ON pylon.accounts (name COLLATE public.names);
        UPDATE pg_collation SET collversion = 'former' WHERE collname = 'names'`);
      const { status, stdout, stderr } = await run(['check'], env);
      expect(stdout).toMatch(/^note {3}roles: pylon_reader, .* are the server's: .*\(docs\/roles.sql\)$/m);
      expect([status, stderr]).toEqual([
        2,
        expect.stringMatching(/^wrong {2}collation: collation public.names .*REFRESH VERSION;$/m),
      ]);
    } finally {
      await other.drop();
    }
  });

  test('names what was dropped, and a way to have it again that leads there', async ({ env, database }) => {
    await database.pool.query('DROP SCHEMA pylon CASCADE');
    const { status, stderr } = await run(['check'], env);
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(
        /^wrong {2}objects: missing are schema pylon; `pylon-sync migrate`.*`backfill`.*\n$/,
      ),
    ]);
    const { stdout } = await run(['migrate'], env);
    expect(stdout).toMatch(
      /^created again, as they were missing: schema pylon[^\n]*\nto be read again: .*tags/,
    );
    expect((await run(['check'], env)).status).toBe(0);
    expect((await run(['backfill', '--resource', 'tags'], env)).status).toBe(0);
    const { rows } = await database.pool.query('SELECT count(*) > 0 AS back FROM pylon.tags');
    expect(rows).toEqual([{ back: true }]);
  });

  test("refuses another workspace's database, naming both", async ({ env, database }) => {
    await database.pool.query(
      `INSERT INTO pylon_sync.settings (key, value) VALUES ('workspace', '{"id": "org_other", "name": "Other"}')`,
    );
    const { status, stderr } = await run(['check'], env);
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/^wrong {2}workspace: .*"Other" \(org_other\)/),
    ]);
  });
});
