import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect } from 'vitest';
import { atomically, readStatement } from '../../src/db/connection/atomic.ts';
import { openPool } from '../../src/db/connection/pool.ts';
import { test } from '../helpers/database.ts';
import { openProxy } from '../helpers/proxy.ts';

const LIMITS = { application: 'test', max: 2, connectMs: 2_000, silenceMs: 60_000 };

describe('a connection', () => {
  test('that breaks in the middle of a transaction fails that, and nothing else', async ({ database }) => {
    const { pool, close } = openPool(database.url, LIMITS);
    for (let time = 0; time < 5; time += 1) {
      const broken = atomically(pool, async (client) => {
        const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
        await database.pool.query('SELECT pg_terminate_backend($1)', [rows[0].pid]);
        await sleep(20);
        throw new Error('what went wrong');
      });
      await expect(broken).rejects.toThrow('what went wrong');
    }
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await close();
  });

  test('that the server closes between two statements fails the next one with the server’s reason', async ({
    database,
  }) => {
    const { pool, close } = openPool(database.url, LIMITS);
    const idle = atomically(pool, async (client) => {
      const { rows } = await client.query(
        "SELECT pg_backend_pid() AS pid, set_config('idle_in_transaction_session_timeout', '50ms', true)",
      );
      const left = async () =>
        (await database.pool.query('SELECT FROM pg_stat_activity WHERE pid = $1', [rows[0].pid])).rowCount;
      await expect.poll(left).toBe(0);
      await client.query('SELECT 1');
    });
    await expect(idle).rejects.toThrow('idle-in-transaction timeout');
    await close();
  });

  test('on which nothing comes for too long is closed, one on which something does is not', async ({
    database,
  }) => {
    const proxy = await openProxy(database.url);
    const { pool, close } = openPool(proxy.url, { ...LIMITS, silenceMs: 1_500 });
    // Each says something ten times within the silence, and all of them take longer than that.
    for (let time = 0; time < 11; time += 1) await pool.query('SELECT pg_sleep(0.15)');
    proxy.freeze();
    // Nothing thaws it: the silence alone ends the wait.
    await expect(pool.query('SELECT 1')).rejects.toThrow('nothing came from the database for 1500 ms');
    await close();
    await proxy.close();
  });

  test('that nobody uses is closed after a while of one’s choice', async ({ database }) => {
    const open = async () => {
      const { rows } = await database.pool.query(
        "SELECT count(*)::integer AS open FROM pg_stat_activity WHERE application_name = 'unused' AND datname = current_database()",
      );
      return rows[0].open;
    };
    const brief = openPool(database.url, { ...LIMITS, application: 'unused', unusedMs: 20 });
    await brief.pool.query('SELECT 1');
    await expect.poll(open).toBe(0);
    const lasting = openPool(database.url, { ...LIMITS, application: 'unused', unusedMs: 60_000 });
    await lasting.pool.query('SELECT 1');
    await sleep(200);
    expect(await open()).toBe(1);
    await Promise.all([brief.close(), lasting.close()]);
  });

  test('can be cut: what waits on it fails with the reason, what comes later does not', async ({
    database,
  }) => {
    const { pool, cut, close } = openPool(database.url, LIMITS);
    const waiting = [
      pool.query('SELECT pg_sleep(60)'),
      atomically(pool, (client) => client.query('SELECT pg_sleep(60)')),
    ];
    await sleep(200);
    const reason = new Error('stopped');
    cut(reason);
    for (const query of waiting) await expect(query).rejects.toThrow(reason);
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await close();
  });

  test('that does not come in time is not waited for once the others are cut', async ({ database }) => {
    const proxy = await openProxy(database.url);
    const { pool, cut, close } = openPool(proxy.url, { ...LIMITS, connectMs: 3_600_000 });
    proxy.freeze();
    // Two wait for an answer of the server, the third for one of these connections.
    const waiting = [1, 2, 3].map(() => atomically(pool, (client) => client.query('SELECT 1')));
    await sleep(50);
    const reason = new Error('stopped');
    cut(reason);
    for (const query of waiting) await expect(query).rejects.toThrow(reason);
    proxy.thaw();
    expect(await atomically(pool, (client) => client.query('SELECT 1 AS one'))).toMatchObject({
      rows: [{ one: 1 }],
    });
    await close();
    await proxy.close();
  });

  test('does not keep its pool from closing, whatever it waits for', async ({ database }) => {
    const proxy = await openProxy(database.url);
    // Nothing ends the wait within an hour but the end of the pool.
    const { pool, close } = openPool(proxy.url, { ...LIMITS, silenceMs: 3_600_000 });
    await Promise.all([pool.query('SELECT 1'), pool.query('SELECT 1')]);
    proxy.freeze();
    const waiting = pool.query('SELECT 1');
    await sleep(20);
    await Promise.all([close(), expect(waiting).rejects.toThrow('Connection terminated')]);
    await proxy.close();
  });
});

test('a transaction that the server rolled back at COMMIT is a failed one', async ({ database }) => {
  const { pool, close } = openPool(database.url, LIMITS);
  const swallowed = atomically(pool, (client) => client.query('SELECT 1 / 0').catch(() => 'all is well'));
  await expect(swallowed).rejects.toThrow('rolled back by the server');
  await close();
});

test('the timeout of a transaction is off in each, and the server is asked once for each connection whether it has one', async ({
  database,
}) => {
  const timed = new URL(database.url);
  const { rows: versions } = await database.pool.query(
    "SELECT current_setting('server_version_num')::integer >= 170000 AS has",
  );
  const { has } = versions[0];
  if (has) timed.searchParams.set('options', '-c transaction_timeout=60s');
  const { pool, close } = openPool(timed.href, { ...LIMITS, max: 1 });
  const timeout = async () => {
    const { rows } = await readStatement(
      pool,
      "SELECT current_setting('transaction_timeout', true) AS timeout",
    );
    return rows[0]?.timeout;
  };
  const asks: boolean[] = [];
  const query = pg.Client.prototype.query;
  pg.Client.prototype.query = function (this: pg.Client, ...given: unknown[]) {
    if (String(given[0]).startsWith('BEGIN')) asks.push(String(given[0]).includes('server_version_num'));
    return Reflect.apply(query, this, given);
  } as typeof query;
  try {
    expect([await timeout(), await timeout(), await timeout()]).toEqual(Array(3).fill(has ? '0' : null));
    expect(asks).toEqual(has ? [true, false, false] : [true, true, true]);
  } finally {
    pg.Client.prototype.query = query;
    await close();
  }
});
