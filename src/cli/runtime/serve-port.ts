import { DatabaseRefusedError } from '../../db/connection/away.ts';
import { openSnapshots } from '../../db/connection/snapshot.ts';
import { writing } from '../../db/lease/transaction.ts';
import { noteRereads } from '../../db/mirror/rereads.ts';
import { openWatch, type Watch } from '../../db/status/watch.ts';
import { TransientError } from '../../errors.ts';
import { daemonApp } from '../../http/daemon-app.ts';
import type { Hint } from '../../http/hints.ts';
import { createMetrics } from '../../http/metrics.ts';
import { type HttpServer, ListenError, listen } from '../../http/server.ts';
import type { ListenAddress } from '../../listening.ts';
import type { Attempt } from '../../pylon/observe.ts';
import { openReports, type Reports, STATEMENT_MS } from '../../reports/open.ts';
import { webhookNames } from '../../resources/index.ts';
import type { Activity } from '../../sync/pass/activity.ts';
import type { Context } from '../../sync/pass/context.ts';
import { withCommands } from '../process/called.ts';
import type { Setup } from './setup.ts';

/** The daemon's HTTP port. The process tells it which database it has reached and what it is working on. */
export interface Port {
  /** Undefined where the port is off. */
  readonly url: string | undefined;
  /** Counts an attempt at a request to Pylon. */
  observe(attempt: Attempt): void;
  /** Sets the address at which the database can be reached. */
  reached(url: string): void;
  /** Sets the context of the work under the lease; undefined when this process does not hold the lease. */
  works(ctx: Context | undefined): void;
  close(): Promise<void>;
}

export interface PortOptions {
  readonly activity: Activity;
  /** Whether to use any free port if the configured one is in use. */
  readonly orAnother?: boolean;
}

/**
 * Opens the port at an address. It answers from here on, whether or not the database can be reached.
 *
 * @throws ListenError when the address cannot be listened on.
 */
export async function servePort(
  setup: Setup,
  address: ListenAddress,
  { activity, orAnother = false }: PortOptions,
): Promise<Port> {
  const { config, conceal, log, version } = setup;
  const metrics = createMetrics(setup.lostLines);
  let watch: Watch | undefined;
  let reports: Reports | undefined;
  let reached: string | undefined;
  let working: Context | undefined;
  const app = daemonApp({
    ...{ version, activity, metrics, log, conceal },
    withCommands: (text) => withCommands(text, setup),
    watch: () => watch,
    reports: () => reports,
    uses: () => working?.pylon.uses() ?? [],
    hint: async (hints) => queue(working, hints),
    hinted: webhookNames,
    hosts: [address.host.toLowerCase(), ...config.httpHosts],
    webhookSecret: config.webhookSecret,
    now: Date.now,
  });
  const onError = (error: Error) => log.error({ error }, 'the HTTP port has an error: continuing');
  const server = await open(app, address, orAnother, onError);
  const leave = async () => {
    const left = watch;
    const unread = reports;
    watch = reports = undefined;
    await Promise.all([left?.close(), unread?.close()]);
  };
  return {
    url: server.url,
    observe: (attempt) => metrics.observe(attempt),
    reached(url) {
      if (url === reached) return;
      void leave();
      try {
        watch = openWatch(url, config.resources);
        reports = openReports(openSnapshots(url, { statementMs: STATEMENT_MS }));
        reached = url;
      } catch (error) {
        // A file that the address names cannot be read. The daemon connects next and reports it.
        if (!(error instanceof DatabaseRefusedError)) throw error;
      }
    },
    works(ctx) {
      working = ctx;
    },
    async close() {
      await server.close();
      await leave();
    },
  };
}

async function open(
  app: Parameters<typeof listen>[0],
  address: ListenAddress,
  orAnother: boolean,
  onError: (error: Error) => void,
): Promise<HttpServer> {
  return listen(app, address, onError).catch((error: unknown) => {
    if (!orAnother || !(error instanceof ListenError)) throw error;
    return listen(app, { ...address, port: 0 }, onError);
  });
}

/**
 * Queues records for a reread. On a standby it throws a TransientError: the webhook's sender gets 503 and retries.
 */
async function queue(working: Context | undefined, hints: readonly Hint[]): Promise<void> {
  if (working === undefined) throw new TransientError('this process does not hold the database');
  const { db, lease } = working;
  await writing(db, lease, async (tx) => {
    for (const { resource, id } of hints) await noteRereads(tx, resource, [id], {}, 'hint');
  });
}
