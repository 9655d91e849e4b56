import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import { reasonOf } from '../../errors.ts';

/** What Node has from 22.19 and 24.5 on. */
interface Trust {
  getCACertificates(kind: 'default'): string[];
  setDefaultCACertificates(certificates: readonly string[]): void;
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Trusts the authorities of a PEM file besides those that Node trusts, for every connection this process makes from here
 * on, to Pylon and to Postgres. Node itself does so with what its own environment names as it starts.
 *
 * Returns what is wrong, if anything is.
 */
export function trustCertificates(path: string): string | undefined {
  const trust = tls as unknown as Partial<Trust>;
  if (trust.setDefaultCACertificates === undefined || trust.getCACertificates === undefined)
    return `is read by Node ${process.versions.node} as it starts only, before this file is: set it in the environment instead`;
  let certificates: readonly string[];
  try {
    certificates = readFileSync(path, 'utf8').match(PEM) ?? [];
    for (const certificate of certificates) new X509Certificate(certificate);
  } catch (error) {
    return `takes the path of a PEM file with certificates (${reasonOf(error)})`;
  }
  if (certificates.length === 0) return 'takes the path of a PEM file with certificates (it holds none)';
  trust.setDefaultCACertificates([...trust.getCACertificates('default'), ...certificates]);
  return undefined;
}
