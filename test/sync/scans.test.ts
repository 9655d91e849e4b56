import { describe, expect } from 'vitest';
import type { TestDatabase } from '../helpers/database.ts';
import { keepFew } from '../helpers/few.ts';
import { test } from '../helpers/session.ts';

const FEW = { issues: 6, historyDays: 50 };

const scansOf = async ({ pool }: TestDatabase, where = 'true') =>
  (await pool.query(`SELECT resource, kind, state FROM pylon_sync.scans WHERE ${where} ORDER BY id`)).rows;

describe('when passes have ended', () => {
  test('no scan is left open, and nothing of what scans have seen', async ({ mirror, database }) => {
    const { session, sandbox } = await mirror(FEW, { prepare: keepFew });
    // Not for this token.
    sandbox.faults.add({ endpoint: 'GET /macros', kind: '403', times: 3 });
    await session.lists();
    await session.lists();
    await session.reconcile();
    expect(await scansOf(database, "state <> 'applied' AND resource <> 'macros'")).toEqual([]);
    const macros = await scansOf(database, "resource = 'macros'");
    expect(macros.map(({ state }) => state)).toEqual(['abandoned', 'abandoned', 'abandoned']);
    expect((await database.pool.query('SELECT FROM pylon_sync.scan_seen')).rowCount).toBe(0);
  });

  test('one whose pass was killed before its first page is closed by the next', async ({
    mirror,
    database,
  }) => {
    const { session, sandbox } = await mirror(FEW, { prepare: keepFew });
    sandbox.faults.add({ endpoint: 'GET /tags', kind: '500', times: 3 });
    await session.lists(['tags']);
    expect(await scansOf(database)).toMatchObject([{ state: 'listing' }]);
    await session.lists(['tags']);
    expect((await scansOf(database)).map(({ state }) => state)).toEqual(['abandoned', 'applied']);
  });
});
