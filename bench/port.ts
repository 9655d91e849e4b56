import { pino } from 'pino';
import { openSnapshots } from '../src/db/connection/snapshot.ts';
import { openWatch } from '../src/db/status/watch.ts';
import { daemonApp } from '../src/http/daemon-app.ts';
import { createMetrics } from '../src/http/metrics.ts';
import { listen } from '../src/http/server.ts';
import { openReports, STATEMENT_MS } from '../src/reports/open.ts';
import { resources, webhookNames } from '../src/resources/index.ts';
import { newActivity } from '../src/sync/pass/activity.ts';
import { median } from './share.ts';

/** How many milliseconds an answer takes the first time, and the next ones. */
export interface Asked {
  readonly first: number;
  readonly next: number;
}

/** Milliseconds that work takes. */
export async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** Asks the port of a daemon that does nothing else: when it has just opened, and again. Medians of so many ports. */
export async function askPort(url: string, path: string, rounds: number): Promise<Asked> {
  const first: number[] = [];
  const next: number[] = [];
  for (let round = 0; round < rounds; round += 1)
    await withPort(url, async (port) => {
      const ask = async () => {
        const response = await fetch(port + path);
        await response.text();
        if (!response.ok) throw new Error(`${path} answered ${response.status}`);
      };
      first.push(await timeOf(ask));
      next.push(await timeOf(ask));
    });
  return { first: median(first), next: median(next) };
}

async function withPort(url: string, work: (port: string) => Promise<void>): Promise<void> {
  const watch = openWatch(url, resources);
  const reports = openReports(openSnapshots(url, { statementMs: STATEMENT_MS }));
  const app = daemonApp({
    version: '0',
    activity: { ...newActivity(), role: 'active', complete: true },
    watch: () => watch,
    reports: () => reports,
    uses: () => [],
    metrics: createMetrics(),
    hint: async () => {},
    hinted: webhookNames,
    hosts: [],
    webhookSecret: undefined,
    conceal: (text) => text,
    log: pino({ level: 'silent' }),
    now: Date.now,
    patience: { rows: 60_000, count: 60_000, report: 60_000 },
  });
  const port = await listen(app, { host: '127.0.0.1', port: 0 });
  try {
    await work(port.url);
  } finally {
    await port.close();
    await watch.close();
    await reports.close();
  }
}
