import { randomUUID } from 'node:crypto';
import { describe, expect, inject } from 'vitest';
import type { Sandbox } from '../../src/sandbox/start.ts';
import { NOW } from '../helpers/backfill-workspace.ts';
import { makeDataFolder } from '../helpers/clusters.ts';
import { start } from '../helpers/command.ts';
import { test as base } from '../helpers/command-environment.ts';
import { expectMirror } from '../helpers/compare-mirror.ts';
import { startTrappedSandbox } from '../helpers/sandbox.ts';
import { poolTo } from '../helpers/server.ts';
import { serverPid } from '../postgres/folder.ts';
import { start as startPostgres } from '../postgres/start.ts';
import { startPooler } from './pgbouncer.ts';

const ACTIVE = '"msg":"active: working on this database"';
const DONE = '"pass":"backfill"';

const test = base.extend<{ sandbox: Sandbox }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the pattern
  sandbox: async ({}, use) => {
    const sandbox = await startTrappedSandbox({ issues: 60, limits: 'none', now: () => NOW });
    await use(sandbox);
    await sandbox.close();
  },
});

describe('through a transaction pooler with fewer connections than the daemon has', () => {
  test('a backfill migrates and reads everything', async ({ env, sandbox, database }) => {
    await database.pool.query('DROP SCHEMA pylon CASCADE; DROP SCHEMA pylon_sync CASCADE');
    const pooler = await startPooler(database.url);
    const { status, stderr } = await start(['backfill'], { ...env, DATABASE_URL: pooler.url }).ended;
    expect(status, stderr).toBe(0);
    await expectMirror(database.pool, sandbox);
    await pooler.close();
  });

  test('a daemon works, one stands by, and takes over from a killed one', async ({
    env,
    sandbox,
    database,
  }) => {
    const pooler = await startPooler(database.url);
    const through = { ...env, DATABASE_URL: pooler.url, LOG_LEVEL: 'debug' };
    const first = start(['start'], through);
    await first.until('"resource":"issue_messages"');
    await database.pool.query(`UPDATE pylon_sync.lease SET holder = holder || '{"host": "elsewhere"}'`);
    const second = start(['start'], through);
    await second.until('standing by');
    first.kill('SIGKILL');
    const killedAt = performance.now();
    await second.until(ACTIVE);
    expect(performance.now() - killedAt).toBeLessThan(15_000);
    await second.until(DONE);
    await expectMirror(database.pool, sandbox);
    second.kill('SIGTERM');
    expect((await second.ended).status).toBe(0);
    await pooler.close();
  }, 60_000);

  test('edits of people whose transactions share a session are each their own, and reach Pylon', async ({
    env,
    sandbox,
    database,
  }) => {
    const pooler = await startPooler(database.url);
    const through = { ...env, DATABASE_URL: pooler.url, PYLON_SYNC_ALLOW: 'update,create' };
    const running = start(['start'], through);
    await running.until(DONE);
    // Three sessions for ten people, each with settings that end with their transactions.
    const people = poolTo({ connectionString: pooler.url, max: 10 });
    const ids = [...sandbox.world.all('issues')].map(({ object }) => String(object.id)).slice(0, 20);
    await Promise.all(
      ids.map(async (id, n) => {
        const client = await people.connect();
        await client.query('BEGIN');
        if (n % 4 === 0) await client.query('SET LOCAL pylon_sync.draft = on');
        await client.query('UPDATE pylon.issues SET title = $2 WHERE id = $1', [id, `By hand ${n}`]);
        if (n % 4 === 1)
          await client.query('INSERT INTO pylon.accounts (name) VALUES ($1)', [`By hand ${n}`]);
        await client.query(n % 4 === 2 ? 'ROLLBACK' : 'COMMIT');
        client.release();
      }),
    );
    await expect
      .poll(
        async () => {
          const { rows } = await people.query(
            'SELECT operation, state, count(*)::integer FROM pylon_sync.edits GROUP BY 1, 2 ORDER BY 1, 2',
          );
          return rows.map(({ operation, state, count }) => `${operation} ${state} ${count}`);
        },
        { timeout: 20_000 },
      )
      .toEqual(['create applied 5', 'update applied 10', 'update draft 5']);
    const titles = ids.map((id) => sandbox.world.get('issues', id)?.title);
    expect(titles.map((title, n) => title === `By hand ${n}`)).toEqual(ids.map((_, n) => n % 2 === 1));
    await people.end();
    running.kill('SIGTERM');
    expect((await running.ended).status).toBe(0);
    await pooler.close();
  }, 60_000);

  test('a daemon outlives a crash of the server in the middle of a pass', async ({ env, sandbox }) => {
    const dataDir = await makeDataFolder(inject('runFolder'), randomUUID());
    const server = await startPostgres(dataDir);
    const pooler = await startPooler(server.url);
    const running = start(['start'], { ...env, DATABASE_URL: pooler.url, LOG_LEVEL: 'debug' });
    await running.until('"resource":"issue_messages"');
    process.kill(server.pid, 'SIGQUIT');
    await expect.poll(() => serverPid(dataDir)).toBeUndefined();
    const again = await startPostgres(dataDir);
    await running.until(DONE);
    const pool = poolTo({ connectionString: server.url });
    await expectMirror(pool, sandbox);
    await pool.end();
    running.kill('SIGTERM');
    expect((await running.ended).status).toBe(0);
    await pooler.close();
    await again.stop();
  }, 60_000);
});
