import { readFileSync } from 'node:fs';
import tls, { type ConnectionOptions, type SecureContextOptions } from 'node:tls';
import type pg from 'pg';
import { isSslMode, type SslMode } from '../../database-parameters.ts';
import { reasonOf } from '../../errors.ts';
import { DatabaseRefusedError } from './away.ts';

/**
 * How far a connection is protected. `plain`: not at all. `encrypted`: against eavesdropping. `verified`: against
 * impersonation of the server too.
 */
export type Trust = 'plain' | 'encrypted' | 'verified';

/** A database URL, interpreted as libpq does. */
export interface Address {
  /** The configuration for `pg`. */
  readonly config: pg.ClientConfig;
  readonly trust: Trust;
  /** Whether to continue without TLS if the server does not support it. */
  readonly mayBePlain: boolean;
}

/**
 * Parameters of the URL that concern TLS. This module reads them itself: `pg` interprets some differently, and warns.
 */
const TLS_PARAMETERS = [
  'ssl',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'sslnegotiation',
  'uselibpqcompat',
];

/** The value of `sslrootcert` that means the certificates the system trusts. */
const SYSTEM = 'system';

/** Values that `pg` accepts besides libpq's modes. */
const SSL: ReadonlyMap<string, SslMode> = new Map([
  ['true', 'verify-full'],
  ['1', 'verify-full'],
  ['false', 'disable'],
  ['0', 'disable'],
]);

type Given = Readonly<Record<string, string | undefined>>;

/** The TLS mode that the parameters ask for; undefined if none concerns TLS. */
function modeOf({ ssl, sslmode, sslrootcert, sslcert, sslkey, sslnegotiation }: Given): SslMode | undefined {
  const said = sslmode ?? (ssl === undefined ? undefined : (SSL.get(ssl) ?? ssl));
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

/** The system's certificates, which newer versions of Node can read, and those that Node ships with. */
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

/** What each mode checks of the server, as in libpq. */
function checksOf(mode: SslMode, { sslrootcert }: Given): { options: ConnectionOptions; trust: Trust } {
  const anyName: ConnectionOptions = { checkServerIdentity: () => undefined };
  if (mode === 'verify-full') return { options: {}, trust: 'verified' };
  // Without `sslrootcert`, names are checked too: any certificate of a public authority would pass otherwise.
  // libpq asks for a root certificate file here.
  if (mode === 'verify-ca') return { options: sslrootcert === undefined ? {} : anyName, trust: 'verified' };
  if (mode === 'require' && sslrootcert !== undefined) return { options: anyName, trust: 'verified' };
  // `allow` and `prefer` do not insist on encryption.
  const isAsked = mode === 'require' || mode === 'no-verify';
  return { options: { rejectUnauthorized: false }, trust: isAsked ? 'encrypted' : 'plain' };
}

/**
 * Parses a database URL and reads the files that it names.
 *
 * @throws DatabaseRefusedError if a parameter has an unknown value, or a file cannot be read or used.
 */
export function readAddress(url: string): Address {
  const parsed = new URL(url);
  const given: Given = Object.fromEntries(parsed.searchParams);
  if (!TLS_PARAMETERS.some((name) => name in given))
    // Explicitly off: otherwise `pg` reads the environment, whose TLS variables may be meant for another server.
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
