import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate or key of the tests' own: `ca.crt` signed all others, and is good for a century. */
export const tlsFile = (name: string): string => join(import.meta.dirname, '../fixtures/tls', name);

/** The certificate of `server` (127.0.0.1), `other` (another name) or `client`, with its key. */
export const certificateOf = (name: 'server' | 'other' | 'client') => ({
  key: readFileSync(tlsFile(`${name}.key`)),
  cert: readFileSync(tlsFile(`${name}.crt`)),
});
