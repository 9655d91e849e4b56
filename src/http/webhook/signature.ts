import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../../secret.ts';

const SHAPE = /^[0-9a-f]{64}$/;

/** Whether a signature is the HMAC-SHA256 of the body's bytes, in lower-case hex. Compares in constant time. */
export function isSignedBy(secret: Secret, body: Uint8Array, signature: string | undefined): boolean {
  if (signature === undefined || !SHAPE.test(signature)) return false;
  const expected = createHmac('sha256', secret.reveal()).update(body).digest();
  return timingSafeEqual(expected, Buffer.from(signature, 'hex'));
}
