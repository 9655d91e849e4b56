/** How a secret of Standard Webhooks in base64 begins. Any other secret is taken as it is. */
const PREFIX = 'whsec_';

/** The key in a secret of Standard Webhooks; undefined where it is not base64 after its prefix. */
export function signingKey(secret: string): Buffer | undefined {
  if (!secret.startsWith(PREFIX)) return Buffer.from(secret, 'utf8');
  const text = secret.slice(PREFIX.length);
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}
