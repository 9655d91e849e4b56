import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import perfHooks from 'node:perf_hooks';
import type pg from 'pg';
import { describe, expect, onTestFinished, vi } from 'vitest';
import { publishSchedule } from '../../src/db/progress/schedule.ts';
import { saveReach } from '../../src/db/workspace/reach.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import { PATIENCE } from '../../src/http/operations.ts';
import { asDaemon } from '../helpers/as-daemon.ts';
import { openProxy } from '../helpers/proxy.ts';
import { parseExposition } from './exposition.ts';
import { fill } from './filled.ts';
import { NOWHERE, type Port, test } from './serving.ts';

async function scrape(port: Port) {
  const answer = await port.get('/metrics');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  return parseExposition(await answer.text());
}

/** Milliseconds of patience with what never comes, so that the test need not have the product's. */
const QUICK = { rows: 200, count: 100, report: 200 };

const docs = (path: string) => readFileSync(join(import.meta.dirname, '../../docs', path), 'utf8');

/** A clock that moves on at each look, so that nothing is cached. */
function stepping(ms: number): () => number {
  let now = Date.now();
  return () => {
    now += ms;
    return now;
  };
}

/** What idle connections have written is counted after ten seconds, on 15 and later at once if they are asked to. */
async function countAtOnce(pool: pg.Pool): Promise<void> {
  const clients = await Promise.all(Array.from({ length: pool.totalCount }, () => pool.connect()));
  for (const client of clients) {
    await client.query(`DO $$ BEGIN
      IF current_setting('server_version_num')::integer >= 150000 THEN PERFORM pg_stat_force_next_flush(); END IF;
    END $$`);
    client.release();
  }
}

const use = { endpoint: 'GET /issues', limit: 27, used: 9, queued: 4, answeredAt: [] };

describe('the metrics', () => {
  test('tell how the mirror is, a resource each', async ({ port, mirror }) => {
    await fill(mirror);
    const samples = await scrape(await port.open());
    expect(Object.fromEntries(samples)).toMatchObject({
      'pylon_sync_rows{resource="issues"}': 2,
      'pylon_sync_rows{resource="contacts"}': 1,
      'pylon_sync_rows{resource="tags"}': 0,
      'pylon_sync_failing{resource="surveys"}': 1,
      'pylon_sync_failing{resource="issues"}': 0,
      'pylon_sync_unavailable{resource="audit_logs"}': 1,
      'pylon_sync_drift_rows{resource="contacts"}': 3,
      'pylon_sync_audit_sampled_rows{resource="issues"}': 400,
      'pylon_sync_audit_drift_rows{resource="issues"}': 1,
      'pylon_sync_deleted_rows{resource="issues"}': 1,
      'pylon_sync_deleted_rows{resource="accounts"}': 0,
      'pylon_sync_stopped_scans{resource="tasks"}': 1,
      'pylon_sync_rejected_records{resource="issues"}': 1,
      'pylon_sync_waiting_rereads{resource="users"}': 1,
      'pylon_sync_edits{state="pending"}': 2,
      'pylon_sync_edits{state="conflict"}': 1,
      'pylon_sync_edits{state="applied"}': 1,
      'pylon_sync_edits{state="failed"}': 0,
      pylon_sync_backfill_left_seconds: 11_400,
      pylon_sync_lease_held: 1,
      pylon_sync_first_pass_done: 1,
      pylon_sync_database_up: 1,
      'pylon_sync_build_info{version="1.2.3"}': 1,
    });
    const lag = samples.get('pylon_sync_lag_seconds{resource="issues"}');
    expect(lag).toBeGreaterThanOrEqual(300);
    expect(lag).toBeLessThan(330);
    expect(samples.has('pylon_sync_lag_seconds{resource="tags"}')).toBe(false);
    expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(0);
  });

  test('tell whether Pylon answers, once that was asked, and what is behind its schedule', async ({
    port,
    mirror,
  }) => {
    const value = async (name: string) => (await scrape(await port.open())).get(`pylon_sync_${name}`);
    expect(await value('pylon_up')).toBeUndefined();
    expect(await value('behind_schedule{resource="issues"}')).toBe(0);
    await saveReach(mirror.orm, { down_since: new Date().toISOString(), last: 'GET /me: 503' });
    expect(await value('pylon_up')).toBe(0);
    await saveReach(mirror.orm, { down_since: null, last: null });
    expect(await value('pylon_up')).toBe(1);
    await fill(mirror);
    const crons = { changes: '* * * * * *', lists: '* * * * *', reconcile: '0 3 * * *' };
    await publishSchedule(mirror, mirror.lease, { zone: 'UTC', crons, resources: ['issues', 'contacts'] });
    await mirror.pool.query(
      "UPDATE pylon_sync.settings SET updated_at = now() - interval '10 minutes' WHERE key = 'schedule'",
    );
    expect(await value('behind_schedule{resource="issues"}')).toBe(1);
    expect(await value('behind_schedule{resource="contacts"}')).toBe(1);
    expect(await value('behind_schedule{resource="users"}')).toBe(0);
  });

  test('tell what the mirror costs its database, and how long edits took within the hour', async ({
    database,
    port,
    mirror,
  }) => {
    await fill(mirror);
    await countAtOnce((await database.connected()).pool as pg.Pool);
    await mirror.pool.query(
      `UPDATE pylon_sync.edits SET waiting_since = settled_at - interval '4 seconds' WHERE state = 'applied'`,
    );
    const opened = await port.open({ now: stepping(60_000) });
    const samples = await scrape(opened);
    expect(samples.get('pylon_sync_database_size_bytes')).toBeGreaterThan(1e6);
    expect(samples.get('pylon_sync_database_transactions_total')).toBeGreaterThan(0);
    expect(samples.get('pylon_sync_edit_seconds{quantile="0.95"}')).toBeCloseTo(4);
    // The server counts what was written when the connection that wrote it is idle.
    const key = 'pylon_sync_rows_written_total{change="inserted",resource="issues"}';
    await expect.poll(async () => (await scrape(opened)).get(key)).toBe(2);
    expect(samples.has('pylon_sync_dead_rows{resource="issues"}')).toBe(true);
  });

  test('of the process leave it asleep while nobody asks for them', async ({ port }) => {
    const watch = vi.spyOn(perfHooks, 'monitorEventLoopDelay');
    onTestFinished(() => watch.mockRestore());
    const samples = await scrape(await port.open({ metrics: createMetrics() }));
    expect(watch.mock.calls.length).toBeGreaterThan(0);
    for (const [options] of watch.mock.calls) expect(options?.resolution).toBeGreaterThan(86_400_000);
    expect(samples.has('nodejs_eventloop_lag_seconds')).toBe(true);
    expect(samples.has('nodejs_eventloop_lag_p99_seconds')).toBe(false);
  });

  test('count attempts by endpoint, outcome and status, with their latency', async ({ port }) => {
    const metrics = createMetrics();
    const endpoint = 'GET /issues/{id}';
    metrics.observe({ endpoint, outcome: 'answer', status: 200, milliseconds: 80 });
    metrics.observe({ endpoint, outcome: 'answer', status: 200, milliseconds: 300 });
    metrics.observe({ endpoint, outcome: 'limited', status: 429, milliseconds: 10 });
    metrics.observe({ endpoint, outcome: 'failed', status: undefined, milliseconds: 60_000 });
    const now = Date.now();
    const samples = await scrape(
      await port.open({ metrics, uses: () => [{ ...use, pausedUntil: now + 5_000 }], now: () => now }),
    );
    const label = `endpoint="${endpoint}"`;
    expect(Object.fromEntries(samples)).toMatchObject({
      [`pylon_sync_requests_total{${label},outcome="answer",status="200"}`]: 2,
      [`pylon_sync_requests_total{${label},outcome="limited",status="429"}`]: 1,
      [`pylon_sync_requests_total{${label},outcome="failed",status=""}`]: 1,
      [`pylon_sync_rate_limited_total{${label}}`]: 1,
      [`pylon_sync_request_duration_seconds_count{${label}}`]: 4,
      [`pylon_sync_request_duration_seconds_bucket{${label},le="0.1"}`]: 2,
      'pylon_sync_queue_depth{endpoint="GET /issues"}': 4,
      'pylon_sync_budget_used{endpoint="GET /issues"}': 9,
      'pylon_sync_budget_limit{endpoint="GET /issues"}': 27,
      'pylon_sync_paused_seconds{endpoint="GET /issues"}': 5,
    });
  });

  test('have everything that the dashboard and the alerts ask for', async ({ port, mirror }) => {
    await fill(mirror);
    await saveReach(mirror.orm, { down_since: null, last: null });
    const metrics = createMetrics();
    metrics.observe({ endpoint: 'GET /me', outcome: 'answer', status: 200, milliseconds: 1 });
    const opened = await port.open({ metrics, uses: () => [{ ...use, pausedUntil: 0 }] });
    const exported = new Set([...(await scrape(opened)).keys()].map((key) => key.replace(/\{.*/, '')));
    const rules = docs('prometheus/rules.yml');
    const asked = `${rules.replaceAll(/#.*/g, '')} ${docs('grafana/operations.json')}`;
    const names = new Set(asked.match(/\b(?:pylon_sync|process)_[a-z_]+/g));
    expect(names.size).toBeGreaterThan(25);
    expect([...names].filter((name) => !exported.has(name))).toEqual([]);
    const recorded = new Set([...rules.matchAll(/record: (\S+)/g)].map(([, name]) => name));
    const computed = new Set(asked.match(/\bpylon_sync:[a-z0-9_:]+/g));
    expect([...computed].filter((name) => !recorded.has(name))).toEqual([]);
  });

  test('of two ports are two', async ({ port }) => {
    const metrics = createMetrics();
    metrics.observe({ endpoint: 'GET /me', outcome: 'answer', status: 200, milliseconds: 1 });
    const [one, other] = [await port.open({ metrics }), await port.open()];
    const key = 'pylon_sync_requests_total{endpoint="GET /me",outcome="answer",status="200"}';
    expect([(await scrape(one)).get(key), (await scrape(other)).get(key)]).toEqual([1, undefined]);
  });

  test('of a standby say that it has no lease', async ({ port }) => {
    const opened = await port.open();
    Object.assign(opened.activity, { role: 'standby', complete: false });
    const samples = await scrape(opened);
    expect([samples.get('pylon_sync_lease_held'), samples.get('pylon_sync_first_pass_done')]).toEqual([0, 0]);
  });

  test('are served without a database, the mirror left out', async ({ port }) => {
    const metrics = createMetrics();
    metrics.observe({ endpoint: 'GET /me', outcome: 'answer', status: 200, milliseconds: 1 });
    const nowhere = port.watch(NOWHERE);
    for (const watch of [() => undefined, () => nowhere]) {
      const samples = await scrape(await port.open({ metrics, watch }));
      expect(samples.get('pylon_sync_database_up')).toBe(0);
      expect(samples.get('pylon_sync_rate_limited_total{endpoint="GET /me"}')).toBe(0);
      expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(0);
      expect([...samples.keys()].filter((name) => name.includes('resource='))).toEqual([]);
    }
  });

  test('are not held up by a database that does not answer', async ({ port }) => {
    const mute = createServer(() => {});
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    try {
      const { port: number } = mute.address() as AddressInfo;
      const watch = port.watch(`postgres://x:y@127.0.0.1:${number}/x`);
      // It never says a word: what is answered was not waited for.
      const samples = await scrape(await port.open({ watch: () => watch, patience: QUICK }));
      expect(samples.get('pylon_sync_database_up')).toBe(0);
    } finally {
      mute.close();
    }
  });

  test('follow a database that goes and comes back', async ({ port, database }) => {
    const proxy = await openProxy(database.url);
    try {
      const watch = port.watch(proxy.url);
      let now = Date.now();
      const opened = await port.open({ watch: () => watch, now: () => now });
      const up = async () => {
        now += 60_000;
        return (await scrape(opened)).get('pylon_sync_database_up');
      };
      expect(await up()).toBe(1);
      await proxy.close();
      expect(await up()).toBe(0);
      await proxy.open();
      expect(await up()).toBe(1);
    } finally {
      await proxy.close();
    }
  });

  test('count the rows of a large mirror a twentieth of the time, and never twice at once', async ({
    port,
    mirror,
  }) => {
    await fill(mirror);
    const watch = port.watch();
    let now = Date.now();
    let counting = 0;
    let most = 0;
    let counts = 0;
    const rows = async () => {
      counts += 1;
      counting += 1;
      most = Math.max(most, counting);
      now += 4_000;
      const counted = await watch.rows();
      counting -= 1;
      return counted;
    };
    const opened = await port.open({ watch: () => ({ ...watch, rows }), now: () => now });
    const key = 'pylon_sync_rows{resource="issues"}';
    await Promise.all([1, 2, 3, 4].map(() => scrape(opened)));
    await asDaemon(mirror.pool, 'DELETE FROM pylon.issues');
    now += 79_000;
    expect((await scrape(opened)).get(key)).toBe(2);
    now += 2_000;
    expect((await scrape(opened)).get(key)).toBe(0);
    expect([counts, most]).toEqual([2, 1]);
  });

  test('count those of a small one as often as it changes', async ({ port, mirror }) => {
    let now = Date.now();
    const opened = await port.open({ now: () => now });
    const key = 'pylon_sync_rows{resource="issues"}';
    expect((await scrape(opened)).get(key)).toBe(0);
    await fill(mirror);
    now += 2_000;
    expect((await scrape(opened)).get(key)).toBe(2);
  });

  test('do not wait for a count that takes its time', async ({ port }) => {
    const watch = port.watch();
    const rows = () => new Promise<never>(() => {});
    const patience = { ...PATIENCE, count: 50 };
    const samples = await scrape(await port.open({ watch: () => ({ ...watch, rows }), patience }));
    expect(samples.get('pylon_sync_database_up')).toBe(1);
    expect(samples.get('pylon_sync_failing{resource="issues"}')).toBe(0);
    expect([...samples.keys()].filter((name) => name.startsWith('pylon_sync_rows{'))).toEqual([]);
  });
});
