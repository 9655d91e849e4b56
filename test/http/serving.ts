import { pino } from 'pino';
import { openSnapshots } from '../../src/db/connection/snapshot.ts';
import { openWatch, type Watch } from '../../src/db/status/watch.ts';
import { daemonApp } from '../../src/http/daemon-app.ts';
import type { Hint } from '../../src/http/hints.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import type { Operations } from '../../src/http/operations.ts';
import { listen } from '../../src/http/server.ts';
import { openReports, type Reports, STATEMENT_MS } from '../../src/reports/open.ts';
import { resources, webhookNames } from '../../src/resources/index.ts';
import { concealing, Secret } from '../../src/secret.ts';
import { type Activity, newActivity } from '../../src/sync/pass/activity.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { test as withMirror } from '../helpers/leased-database.ts';
import { poolTo } from '../helpers/server.ts';

export const SECRET = 'a-webhook-secret-of-some-length';

/** What must not be shown, wherever it came from. */
export const TOKEN = 'pylon_api_token_XYZ123';

/** A daemon's port without the daemon: what it would say of itself is the test's. */
export interface Port {
  readonly url: string;
  readonly activity: Activity;
  /** What webhooks asked to be read again, a list a webhook. */
  readonly hinted: readonly (readonly Hint[])[];
  get(path: string): Promise<Response>;
}

export interface Serving {
  /** A port that shows the test's mirror. */
  open(operations?: Partial<Operations>): Promise<Port>;
  /** The test's mirror, or another database, as a port reads it. */
  watch(url?: string): Watch;
  /** The views of either. */
  reports(url?: string): Reports;
}

/** `test` with ports that are closed afterwards. */
export const test = withMirror.extend<{ port: Serving }>({
  port: async ({ database }, use) => {
    const closing: (() => Promise<void>)[] = [];
    const watch = (url = database.url) => {
      const opened = openWatch(url, resources);
      closing.push(() => opened.close());
      return opened;
    };
    const reports = (url = database.url) => {
      const opened = openReports(openSnapshots(url, { statementMs: STATEMENT_MS }));
      closing.push(async () => opened.close());
      return opened;
    };
    await use({
      watch,
      reports,
      async open(operations = {}) {
        const activity = { ...newActivity(), role: 'active' as const, complete: true };
        const hinted: (readonly Hint[])[] = [];
        const mirror = watch();
        const views = reports();
        const app = daemonApp({
          version: '1.2.3',
          activity,
          watch: () => mirror,
          reports: () => views,
          uses: () => [],
          metrics: createMetrics(),
          hint: async (hints) => void hinted.push(hints),
          hinted: webhookNames,
          hosts: [],
          webhookSecret: new Secret(SECRET),
          conceal: concealing([new Secret(TOKEN), new Secret(SECRET)]),
          log: pino({ level: 'silent' }),
          now: Date.now,
          ...operations,
        });
        const server = await listen(app, { host: '127.0.0.1', port: 0 });
        closing.unshift(() => server.close());
        return { url: server.url, activity, hinted, get: (path) => fetch(server.url + path) };
      },
    });
    for (const close of closing) await close();
  },
});

/** The address of a database that nobody serves. */
export const NOWHERE = 'postgres://pylon:passXYZ123@127.0.0.1:1/nowhere';

/** `test` for what a port does without its database, which is nowhere. */
export const withoutDatabase = test.extend<{ database: TestDatabase }>({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures this one needs.
  database: async ({}, use) => {
    const pool = poolTo({ connectionString: NOWHERE });
    await use({ url: NOWHERE, pool });
    await pool.end();
  },
});
