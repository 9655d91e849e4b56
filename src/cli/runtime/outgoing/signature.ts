import { createHmac } from 'node:crypto';

/** The headers of Standard Webhooks 1.0; without a signature where there is no key. `now`: epoch milliseconds. */
export function webhookHeaders({
  id,
  body,
  key,
  now,
}: {
  id: string;
  body: string;
  key: Buffer | undefined;
  now: number;
}): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1_000));
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp };
  if (key === undefined) return headers;
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { ...headers, 'webhook-signature': `v1,${signature}` };
}
