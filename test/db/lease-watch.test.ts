import fc from 'fast-check';
import { describe, expect, test as pure } from 'vitest';
import { connect } from '../../src/db/connection/connect.ts';
import { acquireLease, LeaseHeldError } from '../../src/db/lease/lease.ts';
import type { LeaseRow } from '../../src/db/lease/lease-row.ts';
import { watchLease } from '../../src/db/lease/lease-watch.ts';
import { test } from '../helpers/database.ts';

const HOLDER = { command: 'holder', host: 'elsewhere', pid: 1, space: 'another' };

describe('a lease that someone waits for', () => {
  pure('lapses so long after the last change that was seen of it', () => {
    let now = 0;
    const watch = watchLease(10_000, () => now);
    const row = { token: 1n, holder: HOLDER, expires: '1', expired: false, released: false };
    expect(watch.lapsesInMs()).toBe(0);
    watch.hasLapsed(row);
    now = 4_000;
    expect(watch.lapsesInMs()).toBe(6_000);
    watch.hasLapsed({ ...row, expires: '2' });
    expect(watch.lapsesInMs()).toBe(10_000);
    now = 20_000;
    expect(watch.lapsesInMs()).toBe(0);
  });

  test('passes on after the expiry by the waiting process’s clock, whatever time it names', async ({
    database,
  }) => {
    const db = await connect(database.url);
    await (await acquireLease(db, { command: 'killed' })).release();
    await database.pool.query(
      "UPDATE pylon_sync.lease SET holder = $1, expires_at = now() + interval '1 hour'",
      [HOLDER],
    );
    let now = 0;
    const wait = { command: 'next', watch: watchLease(10_000, () => now) };
    for (now of [0, 1, 9_999]) await expect(acquireLease(db, wait)).rejects.toThrow(LeaseHeldError);
    now = 10_000;
    const lease = await acquireLease(db, wait);
    expect(lease.token).toBe(2n);
    await lease.release();
    await db.close();
  });

  test('stays with a holder that renews it, although the database’s clock is beyond', async ({
    database,
  }) => {
    const db = await connect(database.url);
    await (await acquireLease(db, { command: 'living' })).release();
    let now = 0;
    const wait = { command: 'next', watch: watchLease(10_000, () => now) };
    for (let beat = 0; beat < 20; beat += 1) {
      const since = beat === 0 ? '1 second' : '-1 hour';
      await database.pool.query(
        'UPDATE pylon_sync.lease SET holder = $1, expires_at = clock_timestamp() + $2::interval',
        [HOLDER, since],
      );
      await expect(acquireLease(db, wait)).rejects.toThrow(LeaseHeldError);
      now += 3_000;
    }
    await db.close();
  });
});

/** One second of a holder, and of the database's clock, which somebody may set by so many. */
const second = fc.record({
  renews: fc.boolean(),
  jump: fc.oneof(
    { weight: 9, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: -7_200, max: 7_200 }) },
  ),
});

pure('no clock of the database ends a living lease or keeps a dead one', () => {
  fc.assert(
    fc.property(fc.array(second, { minLength: 15, maxLength: 60 }), (seconds) => {
      let now = 0;
      let clock = 1_000_000;
      let expires = clock + 10;
      let renewedAt = 0;
      const watch = watchLease(10_000, () => now * 1_000);
      for (const [at, { renews, jump }] of seconds.entries()) {
        now = at;
        clock += 1 + jump;
        if (renews || at === 0) {
          // A heartbeat never names the time of an earlier one: the clock has microseconds.
          expires = clock + 10 + at * 1e-6;
          renewedAt = at;
        }
        const row: LeaseRow = {
          ...{ token: 1n, holder: HOLDER, released: false },
          ...{ expires: String(expires), expired: expires < clock },
        };
        expect(watch.hasLapsed(row)).toBe(now - renewedAt >= 10);
        if (now - renewedAt >= 10) return;
      }
    }),
  );
});
