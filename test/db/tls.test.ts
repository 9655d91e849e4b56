import { readFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { DatabaseRefusedError } from '../../src/db/connection/away.ts';
import { connect } from '../../src/db/connection/connect.ts';
import { reasonOf } from '../../src/errors.ts';
import { test as base } from '../helpers/database.ts';
import { certificateOf, tlsFile } from '../helpers/tls.ts';
import { openWire, type Wire } from '../helpers/wire.ts';

/** Servers before the database: one with TLS, one whose certificate has another's name, one that asks for ours, one without. */
const SERVERS = {
  named: certificateOf('server'),
  other: certificateOf('other'),
  asking: {
    ...certificateOf('server'),
    ca: readFileSync(tlsFile('ca.crt')),
    requestCert: true,
    rejectUnauthorized: true,
  },
  plain: undefined,
};

const test = base.extend<{ wireOf: (server: keyof typeof SERVERS) => Promise<Wire> }>({
  wireOf: async ({ database }, use) => {
    const wires: Wire[] = [];
    await use(async (server) => {
      const wire = await openWire(database.url, SERVERS[server]);
      wires.push(wire);
      return wire;
    });
    await Promise.all(wires.map((wire) => wire.close()));
  },
});

const CA = `sslrootcert=${tlsFile('ca.crt')}`;
const MINE = `sslcert=${tlsFile('client.crt')}&sslkey=${tlsFile('client.key')}`;

/** What comes of an address, and whether what was said was encrypted. */
async function outcome(wire: Wire, parameters: string): Promise<string> {
  try {
    const db = await connect(`${wire.url}?${parameters}`);
    await db.close();
    return `${db.trust}, ${wire.encrypted.at(-1) ? 'encrypted' : 'plain'}`;
  } catch (error) {
    return `${error instanceof DatabaseRefusedError ? 'refused' : 'away'}: ${reasonOf(error)}`;
  }
}

describe('an address means what libpq takes it for', () => {
  test.for<[keyof typeof SERVERS, string, RegExp]>([
    ['named', 'sslmode=disable', /^plain, plain$/],
    ['named', 'sslmode=allow', /^plain, encrypted$/],
    ['named', 'sslmode=prefer', /^plain, encrypted$/],
    ['plain', 'sslmode=prefer', /^plain, plain$/],
    ['named', 'sslmode=require', /^encrypted, encrypted$/],
    ['named', 'sslmode=no-verify', /^encrypted, encrypted$/],
    ['other', `sslmode=require&${CA}`, /^verified, encrypted$/],
    ['other', `sslmode=verify-ca&${CA}`, /^verified, encrypted$/],
    ['named', `sslmode=verify-full&${CA}`, /^verified, encrypted$/],
    ['asking', `sslmode=verify-full&${CA}&${MINE}`, /^verified, encrypted$/],
    [
      'named',
      `sslmode=require&sslrootcert=${tlsFile('other.crt')}`,
      /^refused: .*unable to|^refused: .*self.signed/,
    ],
    ['named', 'sslmode=verify-full', /^refused: .*(unable to verify|self.signed)/],
    ['named', 'sslrootcert=system', /^refused: .*(unable to verify|self.signed)/],
    ['other', `sslmode=verify-full&${CA}`, /^refused: .*does not match certificate/],
    ['plain', 'sslmode=require', /^refused: .*does not support SSL/],
    ['named', 'sslmode=require&sslrootcert=system', /^refused: .*takes sslmode=verify-full/],
    ['named', 'sslmode=verify-full&sslrootcert=/no/such.crt', /^refused: .*sslrootcert .*\/no\/such\.crt/],
    [
      'named',
      `sslmode=require&sslcert=${tlsFile('client.key')}&sslkey=${tlsFile('client.key')}`,
      /^refused: .*cannot be used/,
    ],
    ['named', 'sslmode=required', /^refused: .*sslmode=required .*unknown/],
  ])('%s server, %s', async ([server, parameters, expected], { wireOf }) => {
    expect(await outcome(await wireOf(server), parameters)).toMatch(expected);
  });
});

describe('a login that only a person can mend is told from a database that is away', () => {
  const changed = (url: string, change: (url: URL) => void) => {
    const other = new URL(url);
    change(other);
    return connect(other.href);
  };

  test('a role that is not there', async ({ database }) => {
    const login = changed(database.url, (url) => {
      url.username = 'nobody_of_that_name';
    });
    await expect(login).rejects.toThrow(DatabaseRefusedError);
  });

  test('a database that is not there', async ({ database }) => {
    const login = changed(database.url, (url) => {
      url.pathname = '/no_such_database';
    });
    await expect(login).rejects.toThrow(DatabaseRefusedError);
  });

  test('a port where nobody answers is away', async () => {
    const error = await connect('postgres://pylon@127.0.0.1:1/x').catch((cause: unknown) => cause);
    expect(error).not.toBeInstanceOf(DatabaseRefusedError);
    expect(reasonOf(error)).toContain('ECONNREFUSED');
  });
});
