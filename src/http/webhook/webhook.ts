import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { reasonOf } from '../../errors.ts';
import type { Secret } from '../../secret.ts';
import { withTimeout } from '../cached.ts';
import { findHints, type HintNames } from '../hints.ts';
import type { WebhookOutcome } from '../metrics.ts';
import type { Operations } from '../operations.ts';
import { coolingDown } from './cool-down.ts';
import { isSignedBy } from './signature.ts';

const MOST_BYTES = 1024 * 1024;

/** The least time between two rereads of one record because of webhooks, in milliseconds. */
const COOL_DOWN_MS = 30_000;

/** How long to wait for the database, in milliseconds; after that the answer is 503 and Pylon may retry. */
const PATIENCE_MS = 5_000;
const RETRY_AFTER_SECONDS = '30';

/**
 * `POST /webhooks/pylon`: something has changed in Pylon. The body is trusted for ids alone; these records are queued
 * for a reread. It refuses a body that is too large (413), not signed with the secret (401), not JSON or without a
 * known record (400), in this order.
 */
export function webhookApp(secret: Secret, { metrics, hint, hinted, log, now }: Operations): Hono {
  const app = new Hono();
  const noteOnce = coolingDown(
    hint,
    ({ resource, id }, error) =>
      log.info({ resource, id, reason: reasonOf(error) }, 'webhook could not be stored'),
    { ms: COOL_DOWN_MS, now },
  );
  const refuse = (outcome: WebhookOutcome, status: 400 | 401 | 413, error: string) => {
    metrics.webhook(outcome);
    log.debug({ outcome }, 'webhook refused');
    return Response.json({ error }, { status });
  };
  const limit = bodyLimit({
    maxSize: MOST_BYTES,
    onError: () => refuse('too_large', 413, `a body has at most ${MOST_BYTES} bytes`),
  });
  app.post('/webhooks/pylon', limit, async (c) => {
    const body = new Uint8Array(await c.req.arrayBuffer());
    if (!isSignedBy(secret, body, c.req.header('x-pylon-signature')))
      return refuse('unsigned', 401, 'X-Pylon-Signature is not that of this body');
    const hints = hintsOf(body, hinted);
    if (hints === undefined) return refuse('malformed', 400, 'the body is not JSON');
    if (hints.length === 0)
      return refuse('malformed', 400, `the body names no ${Object.keys(hinted).join(' or ')}`);
    try {
      await withTimeout(PATIENCE_MS, 'queueing the records to read again', noteOnce(hints));
    } catch (error) {
      metrics.webhook('failed');
      log.info({ reason: reasonOf(error) }, 'webhook could not be stored');
      return c.json({ error: 'the database is away' }, 503, { 'Retry-After': RETRY_AFTER_SECONDS });
    }
    metrics.webhook('accepted');
    log.debug({ hints }, 'webhook accepted');
    return c.json({ queued: hints }, 202);
  });
  return app;
}

function hintsOf(body: Uint8Array, names: HintNames) {
  try {
    return findHints(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)), names);
  } catch {
    return undefined;
  }
}
