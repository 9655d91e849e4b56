import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { readStatement } from '../../src/db/connection/atomic.ts';
import { DatabaseAwayError } from '../../src/db/connection/away.ts';
import { connect } from '../../src/db/connection/connect.ts';
import { acquireLease, LeaseHeldError } from '../../src/db/lease/lease.ts';
import { readLease, renewLease } from '../../src/db/lease/lease-row.ts';
import { watchLease } from '../../src/db/lease/lease-watch.ts';
import { writing } from '../../src/db/lease/transaction.ts';
import { LeaseLostError } from '../../src/errors.ts';
import { asDaemon } from '../helpers/as-daemon.ts';
import { type TestDatabase, test } from '../helpers/database.ts';
import { newGate } from '../helpers/gate.ts';
import { openProxy } from '../helpers/proxy.ts';
import { statementsOf } from '../helpers/statements.ts';

/** Until when the lease is good, epoch milliseconds. */
const expiryOf = async ({ pool }: TestDatabase): Promise<number> =>
  (await pool.query('SELECT extract(epoch FROM expires_at)::float8 * 1000 AS at FROM pylon_sync.lease'))
    .rows[0].at;

/** Sessions that wait for what another one has locked. */
const WAITING =
  "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

/** Resolves once a heartbeat has put that off. */
const beyond = (database: TestDatabase, expiry: number) =>
  expect.poll(() => expiryOf(database), { interval: 5 }).toBeGreaterThan(expiry);

describe('the lease of a database', () => {
  test('is held by one, names its holder to others, and is free again after its release', async ({
    database,
  }) => {
    const db = await connect(database.url);
    const lease = await acquireLease(db, { command: 'pylon-sync start' });
    await expect(acquireLease(db, { command: 'other' })).rejects.toThrow(LeaseHeldError);
    await expect(acquireLease(db, { command: 'other' })).rejects.toThrow(
      `in use by \`pylon-sync start\` (process ${process.pid} on ${hostname()})`,
    );
    await lease.release();
    const next = await acquireLease(db, { command: 'other' });
    expect(next.token).toBe(lease.token + 1n);
    expect(next.nextOrder() > lease.nextOrder()).toBe(true);
    await next.release();
    await db.close();
  });

  test('passes on when it expires, and its former holder writes nothing more', async ({ database }) => {
    const db = await connect(database.url);
    const stalled = await acquireLease(db, { command: 'stalled', heartbeatMs: 600_000, expiryMs: 50 });
    await sleep(80);
    const next = await acquireLease(db, { command: 'next' });
    await expect(
      writing(db, stalled, (tx) => tx.execute("INSERT INTO pylon.tags (id) VALUES ('late')")),
    ).rejects.toThrow(LeaseLostError);
    await writing(db, next, (tx) => tx.execute("INSERT INTO pylon.tags (id) VALUES ('in time')"));
    expect((await database.pool.query('SELECT id FROM pylon.tags')).rows).toEqual([{ id: 'in time' }]);
    await next.release();
    await db.close();
  });

  test('is checked by each transaction, although its former holder has noticed nothing', async ({
    database,
  }) => {
    const db = await connect(database.url);
    const unaware = await acquireLease(db, { command: 'unaware', heartbeatMs: 600_000, expiryMs: 600_000 });
    await database.pool.query('UPDATE pylon_sync.lease SET token = token + 1');
    unaware.assertHeld();
    await expect(
      writing(db, unaware, (tx) => tx.execute("INSERT INTO pylon.tags (id) VALUES ('late')")),
    ).rejects.toThrow('another process took over this database');
    expect(unaware.lost.reason).toBeInstanceOf(LeaseLostError);
    expect((await database.pool.query('SELECT id FROM pylon.tags')).rows).toEqual([]);
    await db.close();
  });

  test.for([
    [`UPDATE pylon_sync.lease SET token = token + 1, holder = holder || '{"pid": 1}'`, 'another process'],
    [
      "UPDATE pylon_sync.lease SET token = token + 1, expires_at = '-infinity'",
      '`migrate` has made lost parts',
    ],
    ['DELETE FROM pylon_sync.lease', 'the row of pylon_sync.lease is gone'],
  ] as const)('says why it is lost: %s', async ([statement, why], { database }) => {
    const db = await connect(database.url);
    const beating = await acquireLease(db, { command: 'beating', heartbeatMs: 20 });
    await database.pool.query(statement);
    await expect(writing(db, beating, async () => {})).rejects.toThrow(why);
    await expect
      .poll(() => (beating.lost.reason as Error | undefined)?.message, { interval: 5 })
      .toContain(why);
    await db.close();
  });

  test('says that it is lost once another has taken over', async ({ database }) => {
    const db = await connect(database.url);
    const lease = await acquireLease(db, { command: 'first', heartbeatMs: 20 });
    await database.pool.query('UPDATE pylon_sync.lease SET token = token + 1');
    await expect.poll(() => lease.lost.aborted).toBe(true);
    expect(lease.lost.reason).toBeInstanceOf(LeaseLostError);
    await db.close();
  });

  test('is not surely held by a process that was paused, until a heartbeat says so', async ({ database }) => {
    const db = await connect(database.url);
    const lease = await acquireLease(db, { command: 'paused', heartbeatMs: 300, expiryMs: 1_200 });
    lease.assertHeld();
    const pausedUntil = performance.now() + 1_300;
    while (performance.now() < pausedUntil);
    // Nothing has had its turn since: no timer, no answer.
    expect(() => lease.assertHeld()).toThrow(LeaseLostError);
    expect(lease.lost.aborted).toBe(false);
    await expect.poll(() => lease.assertHeld()).toBeUndefined();
    await lease.release();
    await db.close();
  });

  test('is kept alive by its heartbeat', async ({ database }) => {
    const db = await connect(database.url);
    const lease = await acquireLease(db, { command: 'first', heartbeatMs: 20 });
    const first = await expiryOf(database);
    for (let beat = 0; beat < 5; beat += 1) await beyond(database, await expiryOf(database));
    expect(await expiryOf(database)).toBeGreaterThan(first);
    await expect(acquireLease(db, { command: 'second' })).rejects.toThrow(LeaseHeldError);
    expect(lease.lost.aborted).toBe(false);
    await lease.release();
    await db.close();
  });

  test('is kept alive although the work has every connection', async ({ database }) => {
    const db = await connect(database.url, { max: 2 });
    const lease = await acquireLease(db, { command: 'first', heartbeatMs: 20 });
    const busy = [await db.pool.connect(), await db.pool.connect()];
    const waiting = readStatement(db.pool, 'SELECT 1');
    for (let beat = 0; beat < 3; beat += 1) await beyond(database, await expiryOf(database));
    expect(lease.lost.aborted).toBe(false);
    for (const client of busy) client.release();
    await waiting;
    await lease.release();
    await db.close();
  });

  test('of a process of this machine that is gone passes on at once', async ({ database }) => {
    const db = await connect(database.url);
    await (await acquireLease(db, { command: 'killed' })).release();
    const gone = spawnSync('true').pid;
    const hold = (space: string | null) =>
      database.pool.query(
        `UPDATE pylon_sync.lease SET token = 41, expires_at = now() + interval '1 hour',
                holder = holder || jsonb_build_object('pid', $1::int, 'space', coalesce($2, holder->>'space'))`,
        [gone, space],
      );
    await hold('another namespace of processes');
    await expect(acquireLease(db, { command: 'next' })).rejects.toThrow(LeaseHeldError);
    await database.pool.query('DELETE FROM pylon_sync.lease');
    await (await acquireLease(db, { command: 'killed' })).release();
    await hold(null);
    const lease = await acquireLease(db, { command: 'next' });
    expect(lease.token).toBe(42n);
    await lease.release();
    await db.close();
  });

  test('whose row is gone begins above the places of all rows, and looks at no table that is empty', async ({
    database,
  }) => {
    const db = await connect(database.url);
    const take = async () => {
      await database.pool.query('DELETE FROM pylon_sync.lease');
      const lease = await acquireLease(db, { command: 'next' });
      await lease.release();
      return lease.token;
    };
    expect(await statementsOf('max(_order)', take)).toEqual([]);
    const place = (token: bigint) => `${(token << 36n) + 5n}`;
    await asDaemon(
      database.pool,
      `INSERT INTO pylon.tags (id, _order) VALUES ('a', ${place(7n)}), ('b', ${place(3n)});
       INSERT INTO pylon.teams (id, _order) VALUES ('c', ${place(6n)})`,
    );
    const [sent] = await statementsOf('max(_order)', take);
    expect(sent?.text.match(/FROM "?pylon"?\."?\w+"?/g)).toHaveLength(2);
    expect(await take()).toBe(8n);
    await db.close();
  });

  test('does not change hands in the middle of a writing transaction', async ({ database }) => {
    const db = await connect(database.url);
    const lease = await acquireLease(db, { command: 'writer', heartbeatMs: 600_000, expiryMs: 50 });
    const events: string[] = [];
    const begun = newGate();
    const write = writing(db, lease, async (tx) => {
      begun.open();
      await expect.poll(async () => (await database.pool.query(WAITING)).rowCount, { interval: 5 }).toBe(1);
      await tx.execute("INSERT INTO pylon.tags (id) VALUES ('kept')");
      events.push('wrote');
    });
    await begun.opened;
    await sleep(80);
    const next = await acquireLease(db, { command: 'next' });
    events.push('took over');
    await write;
    expect(events).toEqual(['wrote', 'took over']);
    await next.release();
    await db.close();
  });

  test('is looked at without holding up those who write', async ({ database }) => {
    const db = await connect(database.url);
    const lease = await acquireLease(db, { command: 'writer' });
    await writing(db, lease, async () => {
      await expect(acquireLease(db, { command: 'other' })).rejects.toThrow(LeaseHeldError);
      await writing(db, lease, (tx) => tx.execute("INSERT INTO pylon.tags (id) VALUES ('beside')"));
    });
    await lease.release();
    await db.close();
  });

  test('passes on to one of many that wait for it', async ({ database }) => {
    const db = await connect(database.url);
    await (await acquireLease(db, { command: 'first' })).release();
    const tries = [1, 2, 3, 4].map((n) => acquireLease(db, { command: `waiting ${n}` }));
    const taken = (await Promise.allSettled(tries)).flatMap((result) =>
      result.status === 'fulfilled' ? [result.value] : [],
    );
    expect(taken.map(({ token }) => token)).toEqual([2n]);
    await taken[0]?.release();
    await db.close();
  });

  test('stays given back although a heartbeat was under way, and is not lost any more', async ({
    database,
  }) => {
    const db = await connect(database.url);
    const lease = await acquireLease(db, { command: 'first' });
    await lease.release();
    expect(await renewLease(db.vital, lease.token, 10_000)).toBe(false);
    expect(await readLease(db.vital)).toMatchObject({ released: true });
    lease.giveUp(new Error('too late'));
    expect(lease.lost.aborted).toBe(false);
    await db.close();
  });

  test('is lost, by the time that it has lapsed for others, when the database does not answer', async ({
    database,
  }) => {
    const proxy = await openProxy(database.url);
    const db = await connect(proxy.url);
    const lease = await acquireLease(db, { command: 'first', heartbeatMs: 100, expiryMs: 500 });
    proxy.freeze();
    const frozenAt = performance.now();
    await expect.poll(() => lease.lost.aborted, { interval: 10 }).toBe(true);
    // After 500 ms on an idle machine; by the silence of its connections alone it would be after ten seconds.
    expect(performance.now() - frozenAt).toBeLessThan(6_000);
    expect(lease.lost.reason).toBeInstanceOf(LeaseLostError);
    await db.close();
    await proxy.close();
  });

  test('given up ends what is written under it, and is free for the same process at once', async ({
    database,
  }) => {
    const db = await connect(database.url);
    const watch = watchLease();
    const lease = await acquireLease(db, { command: 'first', watch });
    const reason = new Error('enough');
    lease.giveUp(reason);
    expect(lease.lost.reason).toBe(reason);
    await expect(writing(db, lease, async () => {})).rejects.toBe(reason);
    await expect(acquireLease(db, { command: 'other' })).rejects.toThrow(LeaseHeldError);
    const again = await acquireLease(db, { command: 'first', watch });
    expect(again.token).toBe(lease.token + 1n);
    await again.release();
    await db.close();
  });

  test('is given up when the database fails a transaction on its own account', async ({ database }) => {
    const db = await connect(database.url);
    const lease = await acquireLease(db, { command: 'first' });
    const write = (code: string) =>
      writing(db, lease, (tx) =>
        tx.execute(`DO $$ BEGIN RAISE EXCEPTION 'no luck' USING ERRCODE = '${code}'; END $$`),
      );
    await expect(write('23505')).rejects.toThrow();
    expect(lease.lost.aborted).toBe(false);
    await expect(write('53100')).rejects.toThrow('the database cannot be used');
    expect(lease.lost.reason).toBeInstanceOf(DatabaseAwayError);
    await lease.release();
    await db.close();
  });
});
