import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { reasonOf } from '../errors.ts';
import { costsText } from './costs.ts';
import { gaugesText } from './gauges.ts';
import { healthApp, unanswered } from './health.ts';
import { onlyKnownHosts } from './hosts.ts';
import { STYLE_HASH } from './html/style.ts';
import { CONTENT_TYPE } from './metrics.ts';
import type { Operations } from './operations.ts';
import { overviewOf } from './page/overview.ts';
import { page } from './page/page.ts';
import { readingOf } from './reading.ts';
import { readinessOf } from './ready.ts';
import { reportsPage } from './reports/page.ts';
import { periodOf, refused, shownOf } from './reports/shown.ts';
import { webhookApp } from './webhook/webhook.ts';

/** The browser may load, run and embed nothing but the pages' own style and icon. */
const HEADERS = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: [STYLE_HASH],
    imgSrc: ['data:'],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
  xFrameOptions: 'DENY',
  // A proxy in front of this port decides about TLS.
  strictTransportSecurity: false,
});

/**
 * The app of the daemon's port: health, readiness, metrics, the operator's page, reports, and webhooks if there is a
 * secret.
 */
export function daemonApp(operations: Operations): Hono {
  const { version, metrics, webhookSecret, log } = operations;
  const reading = readingOf(operations);
  const app = new Hono();
  app.use(HEADERS);
  app.use(onlyKnownHosts(operations.hosts));
  app.use(async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
  });
  app.route('/', healthApp(version));
  app.get('/readyz', async (c) => {
    const standby = c.req.queries('standby') ?? [];
    if (standby.some((value) => value !== 'ok')) return c.json({ error: 'standby takes ok' }, 400);
    const readiness = await readinessOf(operations, reading, { standbyToo: standby.length > 0 });
    return c.json(readiness, readiness.ready ? 200 : 503);
  });
  app.get('/metrics', async (c) => {
    const status = await reading.status().catch(() => undefined);
    const costs = status === undefined ? undefined : await reading.costs().catch(() => undefined);
    const texts = [await metrics.text(), await gaugesText(operations, status)];
    if (costs !== undefined) texts.push(await costsText(costs));
    return c.text(texts.join('\n'), 200, { 'Content-Type': CONTENT_TYPE });
  });
  app.get('/', async (c) => c.html(page(await overviewOf(operations, reading))));
  app.get('/reports', async (c) => {
    const period = periodOf(c.req.queries('days'));
    if (period === undefined) return c.html(reportsPage(refused(operations)), 400);
    const shown = await shownOf(operations, reading, period);
    return c.html(reportsPage(shown), shown.report === undefined ? 503 : 200);
  });
  if (webhookSecret !== undefined) app.route('/', webhookApp(webhookSecret, operations));
  app.notFound(unanswered(app));
  app.onError((error, c) => {
    // A client that has closed the connection needs no answer: not an error.
    const level = c.req.raw.signal.aborted ? 'debug' : 'error';
    log[level]({ error, path: c.req.path, reason: reasonOf(error) }, 'the port could not answer');
    return c.json({ error: 'the request failed; the log says why' }, 500);
  });
  return app;
}
