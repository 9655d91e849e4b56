import { describe, expect } from 'vitest';
import { resources } from '../../src/resources/index.ts';
import { run, start } from '../helpers/command.ts';
import { test } from '../helpers/command-environment.ts';
import { createDatabase } from '../helpers/database.ts';

/** The figures of a summary table, by resource. */
function figuresOf(stdout: string): ReadonlyMap<string, readonly string[]> {
  const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/));
  return new Map(rows.map(([name = '', ...figures]) => [name, figures]));
}

describe('backfill', () => {
  test('fills every table, logs each step and ends with a table of what it did', async ({
    env,
    database,
  }) => {
    const { status, stdout, stderr } = await run(['backfill'], env);
    expect(status, stderr).toBe(0);
    const figures = figuresOf(stdout);
    for (const { name } of resources) {
      const { rows } = await database.pool.query(`SELECT count(*)::integer AS live FROM pylon.${name}`);
      expect(rows[0].live, name).toBeGreaterThan(0);
      expect(figures.get(name)?.[1]?.replace(',', ''), name).toBe(String(rows[0].live));
    }
    const steps = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(steps).toContainEqual(expect.objectContaining({ level: 'info', resource: 'issues', msg: 'done' }));
    expect(stdout + stderr).not.toContain(env.PYLON_API_TOKEN);
  });

  test('reads only what is asked for, and migrates first', async ({ env }) => {
    const empty = await createDatabase({ migrated: false });
    try {
      const words = ['backfill', '--resource', 'users', '--resource', 'tags', '--resource', 'users'];
      const { status, stdout } = await run(words, { ...env, DATABASE_URL: empty.url });
      expect(status).toBe(0);
      expect([...figuresOf(stdout).keys()].filter((name) => /^[a-z]/.test(name))).toEqual([
        'resource',
        'users',
        'tags',
        'all',
      ]);
    } finally {
      await empty.drop();
    }
  });

  test('ends with 3 when some resources failed, named on stderr; the others are done', async ({
    env,
    sandbox,
  }) => {
    sandbox.faults.add({ endpoint: 'GET /tags', kind: 'repeat-cursor', times: 3 });
    const words = ['backfill', '--resource', 'users', '--resource', 'tags'];
    const { status, stdout, stderr } = await run(words, env);
    expect(status).toBe(3);
    expect(stderr).toMatch(/^pylon-sync: tags failed: GET \/tags: /m);
    expect(figuresOf(stdout).get('users')?.at(-1)).toBe('done');
  });

  test('ends with 3 when a record was rejected, and names the query that shows the reason', async ({
    env,
    sandbox,
    database,
  }) => {
    const [first] = [...sandbox.world.all('tags')].map(({ object }) => String(object.id));
    await database.pool.query(`ALTER TABLE pylon.tags ADD CHECK (id <> '${first}')`);
    for (const command of ['backfill', 'reconcile']) {
      const { status, stdout, stderr } = await run([command, '--resource', 'tags'], env);
      expect([status, figuresOf(stdout).get('tags')?.at(-1)]).toEqual([3, 'done']);
      const [, query = ''] =
        /^pylon-sync: tags: 1 record of Pylon's could not be stored\. Which, and why: (.*)$/m.exec(stderr) ??
        [];
      expect((await database.pool.query(query)).rows).toMatchObject([{ record_id: first }]);
    }
  });

  test('ends with 1 when all failed', async ({ env, sandbox }) => {
    sandbox.faults.add({ endpoint: 'GET /tags', kind: 'repeat-cursor', times: 3 });
    expect((await run(['backfill', '--resource', 'tags'], env)).status).toBe(1);
  });

  test('is done when Pylon only has not got a resource for this token', async ({ env, sandbox }) => {
    sandbox.faults.add({ endpoint: 'GET /tags', kind: '403' });
    const { status, stdout } = await run(['backfill', '--resource', 'users', '--resource', 'tags'], env);
    expect([status, figuresOf(stdout).get('tags')?.at(-1)]).toEqual([0, 'unavailable']);
  });

  test('with a wrong token says what Pylon said and where tokens are made, exit status 1', async ({
    env,
  }) => {
    const { status, stderr } = await run(['backfill'], { ...env, PYLON_API_TOKEN: 'wrong-token-XYZ123' });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^pylon-sync: GET \/me: 401 .*Settings → API tokens/m);
    expect(stderr).not.toContain('XYZ123');
  });

  test("refuses another workspace's database, exit status 2", async ({ env, database }) => {
    await database.pool.query(
      `INSERT INTO pylon_sync.settings (key, value) VALUES ('workspace', '{"id": "org_other", "name": "Other"}')`,
    );
    const { status, stderr } = await run(['backfill'], env);
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^pylon-sync: .*"Other" \(org_other\)/m)]);
  });

  test('stops at SIGINT with 130, gives the lease back, and the next one goes on', async ({
    env,
    sandbox,
  }) => {
    sandbox.faults.add({ endpoint: 'GET /users', kind: 'hang' });
    const stopped = start(['backfill', '--resource', 'users'], env);
    await stopped.until('"msg":"began"');
    stopped.kill('SIGINT');
    const { status, stderr } = await stopped.ended;
    expect([status, stderr]).toEqual([130, expect.stringMatching(/^pylon-sync: stopped by SIGINT$/m)]);
    sandbox.faults.clear();
    expect((await run(['backfill', '--resource', 'users'], env)).status).toBe(0);
  });

  test('refuses to work beside another holder of the lease, naming it', async ({ env, database }) => {
    await database.pool.query(`
      INSERT INTO pylon_sync.lease (name, token, holder, acquired_at, expires_at)
      VALUES ('daemon', 1, '{"command": "pylon-sync start", "host": "elsewhere", "pid": 7}', now(), now() + interval '1 hour')`);
    const { status, stderr } = await run(['backfill'], env);
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining('in use by `pylon-sync start` (process 7 on elsewhere)'),
    ]);
  });
});
