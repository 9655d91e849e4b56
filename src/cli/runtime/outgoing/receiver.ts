import type { AlertConfig } from '../../../config.ts';
import { signingKey } from '../../../signing-key.ts';
import type { Message } from '../../../sync/alerts/message.ts';
import { withCommands } from '../../process/called.ts';
import type { Setup } from '../setup.ts';
import { bodyOf, formatOf } from './format.ts';
import { type Answer, request } from './request.ts';
import { webhookHeaders } from './signature.ts';

/** Sends a message once. Rejects as `request` does. */
export type Send = (message: Message, signal: AbortSignal) => Promise<Answer>;

/** Returns what sends messages to `PYLON_SYNC_ALERT_URL`. A message's body is the same each time; its time is not. */
export function newSend(
  setup: Pick<Setup, 'fetch' | 'version' | 'env' | 'program'>,
  { url, secret, format }: AlertConfig,
  now: () => number = Date.now,
): Send {
  const key = secret === undefined ? undefined : signingKey(secret.reveal());
  const form = format ?? formatOf(url.reveal());
  return (message, signal) => {
    const body = bodyOf(message, form, (text) => withCommands(text, setup));
    const headers = {
      'content-type': 'application/json',
      ...webhookHeaders({ id: message.id, body, key, now: now() }),
    };
    return request({ ...setup, signal }, url, { method: 'POST', headers, body });
  };
}
