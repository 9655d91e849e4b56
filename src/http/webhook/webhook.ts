import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { reasonOf } from '../../errors.ts';
import type { Secret } from '../../secret.ts';
import { withTimeout } from '../cached.ts';
import { findHints } from '../hints.ts';
import type { WebhookOutcome } from '../metrics.ts';
import type { Operations } from '../operations.ts';
import { coolingDown } from './cool-down.ts';
import { isSignedBy } from './signature.ts';

const MOST_BYTES = 1024 * 1024;

/** Between two readings of one record that webhooks bring about, milliseconds. */
const COOL_DOWN_MS = 30_000;

/** A database that does not answer is one that is away: Pylon may come again. */
const PATIENCE_MS = 5_000;
const RETRY_AFTER_SECONDS = '30';

/**
 * `POST /webhooks/pylon`: something has changed in Pylon. Nothing in the body is believed but the ids in it,
 * which are read again. Refused before anything is done: what is too large, what is not signed with the
 * secret, what is not JSON or names no record, in this order.
 */
export function webhookApp(secret: Secret, { metrics, hint, log, now }: Operations): Hono {
  const app = new Hono();
  const noteOnce = coolingDown(
    hint,
    ({ resource, id }, error) =>
      log.info({ resource, id, reason: reasonOf(error) }, 'webhook could not be noted'),
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
    const hints = hintsOf(body);
    if (hints === undefined) return refuse('malformed', 400, 'the body is not JSON');
    if (hints.length === 0) return refuse('malformed', 400, 'the body names no issue, account or contact');
    try {
      await withTimeout(PATIENCE_MS, 'noting what to read again', noteOnce(hints));
    } catch (error) {
      metrics.webhook('failed');
      log.info({ reason: reasonOf(error) }, 'webhook could not be noted');
      return c.json({ error: 'the database is away' }, 503, { 'Retry-After': RETRY_AFTER_SECONDS });
    }
    metrics.webhook('accepted');
    log.debug({ hints }, 'webhook taken');
    return c.json({ queued: hints }, 202);
  });
  return app;
}

function hintsOf(body: Uint8Array) {
  try {
    return findHints(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
  } catch {
    return undefined;
  }
}
