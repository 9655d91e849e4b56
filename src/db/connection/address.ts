import { readFileSync } from 'node:fs';
import tls, { type ConnectionOptions, type SecureContextOptions } from 'node:tls';
import type pg from 'pg';
import { reasonOf } from '../../errors.ts';
import { isSslMode, type SslMode } from '../../variables.ts';
import { DatabaseRefusedError } from './away.ts';

/** What a connection is safe from: nobody, who listens, who answers in the server's place too. */
export type Trust = 'plain' | 'encrypted' | 'verified';

/** A database's address, read as libpq reads it. */
export interface Address {
  /** What `pg` takes. */
  readonly config: pg.ClientConfig;
  readonly trust: Trust;
  /** Whether to go on without TLS where the server has none. */
  readonly mayBePlain: boolean;
}

/** Parameters of an address that are about TLS: `pg` would read some of them otherwise, and warn. */
const TLS_PARAMETERS = [
  'ssl',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'sslnegotiation',
  'uselibpqcompat',
];

/** The certificates that the system trusts. */
const SYSTEM = 'system';

/** What `pg` has beside libpq's modes. */
const SSL: Readonly<Record<string, SslMode>> = {
  true: 'verify-full',
  1: 'verify-full',
  false: 'disable',
  0: 'disable',
};

type Given = Readonly<Record<string, string | undefined>>;

/** The mode that is meant; undefined where nothing is said of TLS. */
function modeOf({ ssl, sslmode, sslrootcert, sslcert, sslkey, sslnegotiation }: Given): SslMode | undefined {
  const said = sslmode ?? (ssl === undefined ? undefined : (SSL[ssl] ?? ssl));
  if (said !== undefined) {
    if (isSslMode(said)) return said;
    throw new DatabaseRefusedError(`sslmode=${said} of the database's address is unknown`);
  }
  const isMeant = sslrootcert ?? sslcert ?? sslkey ?? (sslnegotiation === 'direct' ? 'direct' : undefined);
  return isMeant === undefined ? undefined : 'verify-full';
}

function read(parameter: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new DatabaseRefusedError(
      `${parameter} of the database's address cannot be read (${reasonOf(cause)})`,
      {
        cause,
      },
    );
  }
}

/** Node knows the system's certificates in its newer versions; those that came with it, it always knows. */
function systemCertificates(): string[] {
  const { getCACertificates } = tls as { getCACertificates?: (type: string) => string[] };
  return [
    ...(getCACertificates?.('system') ?? []),
    ...(getCACertificates?.('default') ?? tls.rootCertificates),
  ];
}

function certificatesOf({ sslrootcert, sslcert, sslkey }: Given): SecureContextOptions {
  const files: SecureContextOptions = {
    ...(sslrootcert !== undefined && {
      ca: sslrootcert === SYSTEM ? systemCertificates() : read('sslrootcert', sslrootcert),
    }),
    ...(sslcert !== undefined && { cert: read('sslcert', sslcert) }),
    ...(sslkey !== undefined && { key: read('sslkey', sslkey) }),
  };
  try {
    tls.createSecureContext(files);
  } catch (cause) {
    throw new DatabaseRefusedError(
      `sslrootcert, sslcert or sslkey of the database's address cannot be used (${reasonOf(cause)})`,
      { cause },
    );
  }
  return files;
}

/** What is checked of the server in each mode, as libpq has it. */
function checksOf(mode: SslMode, { sslrootcert }: Given): { options: ConnectionOptions; trust: Trust } {
  const anyName: ConnectionOptions = { checkServerIdentity: () => undefined };
  if (mode === 'verify-full') return { options: {}, trust: 'verified' };
  // libpq asks for certificates of one's own here; any of a public authority's would be good for any name.
  if (mode === 'verify-ca') return { options: sslrootcert === undefined ? {} : anyName, trust: 'verified' };
  if (mode === 'require' && sslrootcert !== undefined) return { options: anyName, trust: 'verified' };
  // These ask for no encryption, and are satisfied with none.
  const isAsked = mode === 'require' || mode === 'no-verify';
  return { options: { rejectUnauthorized: false }, trust: isAsked ? 'encrypted' : 'plain' };
}

/**
 * Reads an address and the files that it names.
 *
 * @throws DatabaseRefusedError where it names what is unknown or cannot be read.
 */
export function readAddress(url: string): Address {
  const parsed = new URL(url);
  const given: Given = Object.fromEntries(parsed.searchParams);
  if (!TLS_PARAMETERS.some((name) => name in given))
    // `pg` would look into the environment, where what is meant for another server may be.
    return { config: { connectionString: url, ssl: false }, trust: 'plain', mayBePlain: false };
  for (const name of TLS_PARAMETERS) parsed.searchParams.delete(name);
  const config: pg.ClientConfig = { connectionString: parsed.href };
  const mode = modeOf(given);
  if (mode === undefined || mode === 'disable')
    return { config: { ...config, ssl: false }, trust: 'plain', mayBePlain: false };
  if (given.sslrootcert === SYSTEM && mode !== 'verify-full')
    throw new DatabaseRefusedError(
      `sslrootcert=system of the database's address takes sslmode=verify-full, not ${mode}: anybody can have a certificate of a public authority`,
    );
  const { options, trust } = checksOf(mode, given);
  return {
    config: {
      ...config,
      ssl: { ...certificatesOf(given), ...options },
      ...(given.sslnegotiation === 'direct' && { sslnegotiation: 'direct' }),
    },
    trust,
    mayBePlain: mode === 'prefer' || mode === 'allow',
  };
}
