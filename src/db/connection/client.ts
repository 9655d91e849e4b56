import type { Duplex } from 'node:stream';
import pg from 'pg';
import { readAddress, type Trust } from './address.ts';

export interface ClientOptions {
  /** The `application_name` that `pg_stat_activity` shows. */
  readonly application: string;
  /** Milliseconds within which a connection must be established. */
  readonly connectMs: number;
}

/** The configuration and the class of `pg` that make a connection. */
export interface ClientKind {
  readonly config: pg.ClientConfig;
  readonly Client: typeof pg.Client;
  readonly trust: Trust;
}

/** The server's answer to an SSLRequest that means that it has no TLS. */
const NO_TLS = 'N'.charCodeAt(0);

/** The part of a connection of `pg` that its types leave out. */
interface Wire extends pg.Connection {
  ssl: unknown;
  attachListeners(stream: Duplex): void;
}

/** A client that continues without TLS, on the same connection, if the server does not support it. */
class PreferringClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    const wire = this.connection as Wire;
    const { stream } = wire;
    wire.once('connect', () => {
      const [upgrade] = stream.listeners('data');
      if (upgrade === undefined) return;
      stream.removeAllListeners('data');
      stream.once('data', (answer: Buffer) => {
        if (answer[0] !== NO_TLS) return upgrade.call(stream, answer);
        wire.ssl = false;
        wire.attachListeners(stream);
        wire.emit('sslconnect');
      });
    });
  }
}

/**
 * Returns how connections to a URL are made, for every purpose.
 *
 * @throws DatabaseRefusedError if a parameter of the URL has an unknown value, or a file cannot be read or used.
 */
export function clientOf(url: string, { application, connectMs }: ClientOptions): ClientKind {
  const { config, trust, mayBePlain } = readAddress(url);
  return {
    config: {
      ...config,
      application_name: application,
      connectionTimeoutMillis: connectMs,
      // The kernel detects a peer that vanished, also on idle connections.
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      // Sends a transaction's first statements together.
      pipeline: true,
    },
    Client: mayBePlain ? PreferringClient : pg.Client,
    trust,
  };
}
