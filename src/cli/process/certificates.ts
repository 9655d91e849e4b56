import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import { reasonOf } from '../../errors.ts';

/** Functions that Node has from 22.19 and 24.5 on. Before, each connection is given the certificates. */
interface Trust {
  getCACertificates(kind: 'default'): string[];
  setDefaultCACertificates(certificates: readonly string[]): void;
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Adds the certificate authorities of a PEM file to those that Node trusts, for every later connection of this
 * process, to Pylon and to Postgres. Node does this itself for a file named in the environment it starts with.
 *
 * Returns what is wrong with the file, or undefined.
 */
export function trustCertificates(path: string): string | undefined {
  let certificates: readonly string[];
  try {
    certificates = readFileSync(path, 'utf8').match(PEM) ?? [];
    for (const certificate of certificates) new X509Certificate(certificate);
  } catch (error) {
    return `takes the path of a PEM file with certificates (${reasonOf(error)})`;
  }
  if (certificates.length === 0) return 'takes the path of a PEM file with certificates (this file has none)';
  const trust = tls as unknown as Partial<Trust>;
  if (trust.setDefaultCACertificates !== undefined && trust.getCACertificates !== undefined)
    trust.setDefaultCACertificates([...trust.getCACertificates('default'), ...certificates]);
  else trustInEachContext([...tls.rootCertificates, ...certificates]);
  return undefined;
}

/** Has every connection that names no authorities of its own trust these: `tls.connect` asks for its context here. */
function trustInEachContext(authorities: string[]): void {
  const create = tls.createSecureContext;
  tls.createSecureContext = (options = {}) =>
    create(options.ca === undefined ? { ...options, ca: authorities } : options);
}
